export * from './events.ts'
export * from './money.ts'
export * from './mqtt.ts'
export * from './signed-envelope.ts'
