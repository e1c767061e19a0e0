import { background, type Log, repeat, type Step } from '@holdfast/service/process'
import type { Redis } from '@holdfast/service/redis'
import type { SearchIndex } from '../search/search-index.ts'
import type { ChangePublisher } from './change-publisher.ts'

const checkEvery = 200 // ms: how long Postgres answers searches after Redis is back
const reconcileEvery = 60_000 // ms: how long a change that a killed process did not publish stays unpublished

/** Compares the search index with Postgres when it is not trusted, and now and then in any case. */
export function reconcileSearchIndex(redis: Redis, index: SearchIndex, changes: ChangePublisher, log: Log): Step {
  let reconciledAt = 0
  return background('search index', (signal) =>
    repeat(signal, checkEvery, log, async () => {
      if (redis.status !== 'ready' || (index.trusted && Date.now() - reconciledAt < reconcileEvery)) return
      await changes.reconcile()
      reconciledAt = Date.now()
    }),
  )
}
