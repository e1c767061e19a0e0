export * from './deadline.ts'
export * from './signed-identity.ts'
