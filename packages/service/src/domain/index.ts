export * from './moves.ts'
export * from './outcome.ts'
export * from './visibility.ts'
