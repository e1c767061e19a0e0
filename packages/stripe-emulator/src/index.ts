export { testCards } from './domain/test-cards.ts'
export type { EmulatorOptions, StripeEmulator } from './emulator.ts'
export { startStripeEmulator } from './emulator.ts'
export { apiVersion } from './webhooks/publish.ts'
