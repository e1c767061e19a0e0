/**
 * Runs the public federation gateway audit with this gateway:
 *
 *   npm run -s audit [-- <folder of a checkout>] [--production] [--from <git remote>]
 *
 * Ends with `199 of 199` and exit code 0; with 1 when a test failed or nothing could be tested.
 */
import { parseArgs } from 'node:util'
import { auditFolder } from './checkout.ts'
import { repository } from './config.ts'
import { runSuites, type SuiteResult } from './suites.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { production: { type: 'boolean', default: false }, from: { type: 'string', default: repository } },
})
const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort())

try {
  const folder = await auditFolder(positionals[0], values.from, say, stopping.signal)
  const results = await runSuites(folder, values.production, print, stopping.signal)
  const failed = results.flatMap((result) => result.failed)
  const total = results.reduce((sum, result) => sum + result.total, 0)
  if (failed.length > 0) say(`failed: ${failed.map(({ name }) => name).join(', ')}`)
  say(`${total - failed.length} of ${total}`)
  process.exitCode = total > 0 && failed.length === 0 ? 0 : 1
} catch (err) {
  say(stopping.signal.aborted ? 'stopped' : String(err instanceof Error ? err.message : err))
  process.exitCode = 1
}

function print({ suite, total, failed, log }: SuiteResult): void {
  say(`${suite.padEnd(40)} ${String(total - failed.length).padStart(2)} of ${total}`)
  for (const { name, why } of failed) say(`\n${name}: ${why}\n`)
  if (failed.length > 0 && log !== '') say(`the gateway’s log ends with:\n${log}`)
}

function say(line: string): void {
  console.log(line)
}
