export * from './errors.ts'
export * from './subgraph.ts'
