/** Loaded into every measured process by `--import`, so that all are asked the same way: what have you used? */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export interface Usage {
  /** Milliseconds of CPU since the process began, of all its threads. */
  readonly cpuMs: number
  readonly rssBytes: number
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

process.on('message', (message) => {
  if (message !== 'usage' && message !== 'usage without garbage') return
  if (message === 'usage without garbage') collect()
  const { user, system } = process.cpuUsage()
  const usage: Usage = { cpuMs: (user + system) / 1_000, rssBytes: process.memoryUsage.rss() }
  process.send?.({ usage })
})
// Whoever measures is gone: nothing is left behind.
process.on('disconnect', () => process.exit())
process.channel?.unref()
