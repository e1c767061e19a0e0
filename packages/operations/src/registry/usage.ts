/** Counts the use of each published operation, to find out what may be retired. */
import { randomUUID } from 'node:crypto'
import { background, counter, type Log, pause, type Step } from '@holdfast/service/process'
import type { Redis } from '@holdfast/service/redis'
import { nameId, nameInLogs, sha256 } from './names.ts'
import type { PublishedOperation } from './registry.ts'

export interface OperationUsage extends Step {
  used(operation: PublishedOperation): void
  /** An unpublished text ran for a client whose enforcement is `audit`, or was refused. */
  unpublished(client: string, outcome: 'ran' | 'refused', text?: string, name?: string): void
}

/** How often since counting began, and when last. */
export interface OperationCount {
  readonly uses: number
  readonly lastUsed: Date | undefined
}

// Labels are published names, never text that a client sent.
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

const flushEveryMs = 2_000 // A process that is killed loses the counts of this time.
const batchSize = 1_000 // operations; a script with this many keeps Redis busy for a few milliseconds
// All in one slot of a Redis cluster, because one script writes them all.
const usesKey = '{holdfast:operations}:uses'
const lastKey = '{holdfast:operations}:last'
const batchKey = (id: string) => `{holdfast:operations}:batch:${id}`
const batchKnownS = 3_600 // Each batch is a key this long. A gateway that is without Redis for longer may count one batch twice.
const loggedPerClient = 1_000 // texts; further ones are only counted

export const usageKey = ({ client, app, version, name }: PublishedOperation): string =>
  `${client}/${nameId(app, version, name)}`

/** Adds a batch of counts, unless this very batch was added before. */
const addBatch = `
if not redis.call('set', KEYS[3], '1', 'NX', 'EX', ${batchKnownS}) then return end
for i = 1, #ARGV, 3 do
  redis.call('hincrby', KEYS[1], ARGV[i], ARGV[i + 1])
  if tonumber(redis.call('hget', KEYS[2], ARGV[i]) or 0) < tonumber(ARGV[i + 2]) then
    redis.call('hset', KEYS[2], ARGV[i], ARGV[i + 2])
  end
end`

interface Counted {
  readonly uses: number
  readonly last: number
}

interface Batch {
  readonly id: string
  readonly counts: readonly (readonly [key: string, Counted])[]
}

const batchesOf = (counts: ReadonlyMap<string, Counted>): Batch[] => {
  const all = [...counts]
  return Array.from({ length: Math.ceil(all.length / batchSize) }, (_, index) => ({
    id: randomUUID(),
    counts: all.slice(index * batchSize, (index + 1) * batchSize),
  }))
}

/**
 * Counts in this process, and adds the counts to Redis every few seconds and at the end. A batch that Redis did not acknowledge is sent
 * again and counts once. A process that is killed loses what it has not sent.
 */
export function operationUsage(redis: Redis | undefined, log: Log, everyMs = flushEveryMs): OperationUsage {
  let fresh = new Map<string, Counted>()
  let unsent: Batch[] = []
  const logged = new Map<string, Set<string>>()

  const send = async (redis: Redis) => {
    for (let [batch] = unsent; batch; [batch] = unsent) {
      const rows = batch.counts.flatMap(([key, { uses: count, last }]) => [key, count, last])
      await redis.eval(addBatch, 3, usesKey, lastKey, batchKey(batch.id), ...rows)
      unsent.shift()
    }
  }

  const flush = async (redis: Redis) => {
    try {
      await send(redis)
      unsent = batchesOf(fresh)
      fresh = new Map()
      await send(redis)
    } catch (err) {
      log.debug({ err }, 'usage was not written; it will be retried')
    }
  }

  const flushing = background('usage of operations', async (signal) => {
    while (redis && !signal.aborted) {
      await pause(everyMs, signal)
      await flush(redis)
    }
  })

  return {
    ...flushing,
    stop: async () => {
      await flushing.stop?.()
      const lost = fresh.size + unsent.reduce((sum, { counts }) => sum + counts.length, 0)
      if (lost > 0) log.warn({ operations: lost }, 'usage is lost because Redis does not accept it')
    },
    used: (operation) => {
      const { client, app, version, name } = operation
      uses.inc({ client, app, version, operation: name })
      if (!redis) return
      const key = usageKey(operation)
      fresh.set(key, { uses: (fresh.get(key)?.uses ?? 0) + 1, last: Date.now() })
    },
    unpublished: (client, outcome, text, name) => {
      others.inc({ client, outcome })
      if (text === undefined) return
      const known = logged.get(client) ?? new Set()
      logged.set(client, known)
      const id = sha256(text)
      if (known.has(id) || known.size >= loggedPerClient) return
      known.add(id)
      log.warn({ client, outcome, sha256: id, operation: nameInLogs(name) }, 'not published')
    },
  }
}

/** What all gateways together have counted. */
export async function readUsage(redis: Redis): Promise<ReadonlyMap<string, OperationCount>> {
  const [counts, times] = await Promise.all([redis.hgetall(usesKey), redis.hgetall(lastKey)])
  return new Map(
    Object.entries(counts).map(([key, count]) => [
      key,
      { uses: Number(count), lastUsed: times[key] === undefined ? undefined : new Date(Number(times[key])) },
    ]),
  )
}
