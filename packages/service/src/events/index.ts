export * from './consumer.ts'
export * from './relay.ts'
