export * from './consumer.ts'
export * from './outbox.ts'
export * from './relay.ts'
