import { background, type Log, repeat, type Step } from '@holdfast/service/process'
import type { Redis } from '@holdfast/service/redis'
import type { SearchIndex } from '../store/searchIndex.ts'
import type { Announcer } from './announce.ts'

const lookEvery = 200 // ms: how long Postgres answers searches after Redis is back
const compareEvery = 60_000 // ms: how long what a died process did not tell stays untold

/** Keeps the search index true: compares it with Postgres when it is in doubt, and now and then in any case. */
export function keepIndex(parts: { redis: Redis; index: SearchIndex; announce: Announcer; log: Log }): Step {
  const { redis, index, announce, log } = parts
  let comparedAt = 0
  return background('search index', (signal) =>
    repeat(signal, lookEvery, log, async () => {
      if (redis.status !== 'ready' || (index.trusted && Date.now() - comparedAt < compareEvery)) return
      await announce.reconcile()
      comparedAt = Date.now()
    }),
  )
}
