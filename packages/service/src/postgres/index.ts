export * from './leader.ts'
export * from './pool.ts'
