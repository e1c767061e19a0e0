/** Who uses what: counted for each published operation, so that it is known what may be retired. */
import { background, counter, type Log, pause, type Redis, type Step } from '@holdfast/service'
import { Lru } from '../lru.ts'
import { nameId, sha256 } from './names.ts'
import type { Published } from './registry.ts'

export interface Usage extends Step {
  used(operation: Published): void
  /** A text that is not published ran for a client which is audited, or was refused. */
  unpublished(client: string, outcome: 'ran' | 'refused', text?: string, name?: string): void
}

/** Since counting began: how often, and when last. */
export interface Count {
  readonly uses: number
  readonly lastUsed: Date | undefined
}

// Labels are names that somebody published, never what a client sent.
const uses = counter('gateway_published_operations_total', 'Published operations that ran', [
  'client',
  'app',
  'version',
  'operation',
])
const others = counter('gateway_unpublished_operations_total', 'Operations that are not published', [
  'client',
  'outcome',
])

const flushMs = 5_000
const usesKey = 'holdfast:operations:uses'
const lastKey = 'holdfast:operations:last'
const namedOnce = 10_000 // texts
const nameLimit = 100 // characters; the client chooses it

export const usageKey = ({
  client,
  app,
  version,
  name,
}: Pick<Published, 'client' | 'app' | 'version' | 'name'>): string => `${client}/${nameId(app, version, name)}`

/**
 * Counts in this process, and adds what came together to Redis every few seconds and at the end. What Redis did not take
 * is sent again with the next; a process that is killed loses what it had not sent.
 */
export function usage(redis: Redis | undefined, log: Log): Usage {
  let fresh = new Map<string, { uses: number; last: number }>()
  const named = new Lru<true>(namedOnce)

  const flush = async () => {
    if (!redis || fresh.size === 0) return
    const sending = fresh
    fresh = new Map()
    try {
      const changes = redis.multi()
      for (const [key, { uses: count, last }] of sending) changes.hincrby(usesKey, key, count).hset(lastKey, key, last)
      await changes.exec()
    } catch (err) {
      for (const [key, { uses: count, last }] of sending) add(key, count, last)
      log.debug({ err }, 'usage was not written; it will be with the next')
    }
  }

  const add = (key: string, count: number, last: number) => {
    const before = fresh.get(key)
    fresh.set(key, { uses: (before?.uses ?? 0) + count, last: Math.max(before?.last ?? 0, last) })
  }

  const flushing = background('usage of operations', async (signal) => {
    while (!signal.aborted) {
      await pause(flushMs, signal)
      await flush()
    }
  })

  return {
    ...flushing,
    stop: async () => {
      await flushing.stop?.()
      redis?.disconnect()
    },
    used: (operation) => {
      const { client, app, version, name } = operation
      uses.inc({ client, app, version, operation: name })
      if (redis) add(usageKey(operation), 1, Date.now())
    },
    unpublished: (client, outcome, text, name) => {
      others.inc({ client, outcome })
      if (text === undefined) return
      const id = sha256(text)
      const key = `${client} ${outcome} ${id}`
      if (named.get(key)) return
      named.set(key, true, 1)
      log.warn({ client, outcome, sha256: id, operation: name?.slice(0, nameLimit) ?? 'anonymous' }, 'not published')
    },
  }
}

/** What all gateways together have counted. */
export async function readUsage(redis: Redis): Promise<ReadonlyMap<string, Count>> {
  const [counts, times] = await Promise.all([redis.hgetall(usesKey), redis.hgetall(lastKey)])
  return new Map(
    Object.entries(counts).map(([key, count]) => [
      key,
      { uses: Number(count), lastUsed: times[key] === undefined ? undefined : new Date(Number(times[key])) },
    ]),
  )
}
