import { readConfig } from './config.ts'
import { startStripeEmulator } from './emulator.ts'

const log = (message: string, facts: Record<string, unknown> = {}): void => {
  process.stdout.write(
    `${JSON.stringify({ time: new Date().toISOString(), name: 'stripe-emulator', msg: message, ...facts })}\n`,
  )
}

const config = readConfig()
if ('errors' in config) {
  process.stderr.write(`${config.errors.join('\n')}\n`)
  process.exit(1)
}

try {
  const emulator = await startStripeEmulator({ ...config.options, log })
  log('listening', { url: emulator.url })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      emulator.close().then(
        () => log('stopped', { signal }),
        (error: unknown) => {
          log('stop failed', { signal, error: String(error) })
          process.exitCode = 1
        },
      )
    })
  }
} catch (error) {
  process.stderr.write(`The Stripe emulator cannot start: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
