export * from './moves.ts'
export * from './outcome.ts'
