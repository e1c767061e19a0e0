/** Loaded into every measured process with `--import`, so that the CPU time and memory of all are read in the same way. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export interface ResourceUsage {
  /** CPU time of all threads since the process started, in milliseconds. */
  readonly cpuMs: number
  readonly rssBytes: number
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

process.on('message', (message) => {
  if (message !== 'usage' && message !== 'usage after garbage collection') return
  if (message === 'usage after garbage collection') collectGarbage()
  const { user, system } = process.cpuUsage()
  const usage: ResourceUsage = { cpuMs: (user + system) / 1_000, rssBytes: process.memoryUsage.rss() }
  process.send?.({ usage })
})
// When the bench ends, its processes end too.
process.on('disconnect', () => process.exit())
process.channel?.unref()
