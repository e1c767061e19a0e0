/**
 * Reads an owner's stream in order and applies every event exactly once: the inbox row and the effect are one
 * transaction, and the stream entry is acknowledged after it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { asLeader } from '../postgres/leader.ts'
import { type Pool, type Transaction, transaction } from '../postgres/pool.ts'
import { repeat, withTimeout } from '../process/lifecycle.ts'
import type { Log } from '../process/log.ts'
import { counter } from '../process/metrics.ts'
import { inTrace } from '../process/trace.ts'
import { isUnavailable } from '../process/unavailable.ts'
import type { Redis } from '../redis/client.ts'

const blockMs = 2_000
const batch = 100
const ackMs = 1_000
const attempts = 8 // Of an event whose handler fails although everything is reachable; then it is dead-lettered.
const deadLettersKept = 10_000

const consumed = counter('events_consumed_total', 'Events whose effect is done', ['consumer', 'type', 'outcome'])

export interface ConsumedEvent {
  readonly id: string
  readonly type: string
  readonly traceparent?: string | undefined
}

/** Work to do after the commit (a change notification, a cache). It may be lost with the process. */
export type AfterCommit = () => Promise<unknown> | unknown

/** The effect of one event, in the transaction that also marks it as consumed. */
export type EventHandler<E> = (tx: Transaction, event: E) => Promise<AfterCommit | void>

/** What each type of event means for a consumer; null: nothing. A type that is not decided does not compile. */
export type EventHandlers<E extends ConsumedEvent> = {
  readonly [Type in E['type']]: EventHandler<Extract<E, { readonly type: Type }>> | null
}

/** Runs until aborted, in one process per consumer at a time, so that order holds. */
export function consumeStream<E extends ConsumedEvent>(options: {
  /** Name of the consumer group and of the inbox. */
  readonly consumer: string
  /** The owner of the inbox: its schema. */
  readonly owner: string
  readonly stream: string
  readonly databaseUrl: string
  readonly pool: Pool
  /** A connection for this consumer alone: its commands block. */
  readonly redis: Redis
  readonly log: Log
  readonly signal: AbortSignal
  /** Throws when the text is not an event; it is then dead-lettered. */
  parse(json: string): ConsumedEvent
  readonly handlers: EventHandlers<E>
}): Promise<void> {
  const { consumer, owner, stream, pool, redis, log } = options
  const handlers = options.handlers as Readonly<Record<string, EventHandler<ConsumedEvent> | null>>

  const deadLetter = (json: string) =>
    redis.xadd(`dead:${consumer}`, 'MAXLEN', '~', deadLettersKept, '*', 'event', json)

  const once = async (event: ConsumedEvent, handle: EventHandler<ConsumedEvent>) => {
    const after = await transaction(pool, async (tx) => {
      const { rowCount } = await tx.query(
        `insert into ${owner}.inbox (consumer, event_id) values ($1, $2) on conflict do nothing`,
        [consumer, event.id],
      )
      if (rowCount === 0) return 'known' as const
      return (await handle(tx, event)) ?? 'done'
    })
    consumed.inc({ consumer, type: event.type, outcome: after === 'known' ? 'known' : 'done' })
    if (typeof after === 'function') {
      await Promise.resolve(after()).catch((err: unknown) =>
        log.warn({ err, event: event.id }, 'work after the commit failed'),
      )
    }
  }

  const settle = async (json: string, signal: AbortSignal) => {
    let event: ConsumedEvent
    try {
      event = options.parse(json)
    } catch (err) {
      log.error({ err, consumer }, 'unreadable event dead-lettered')
      await deadLetter(json)
      return
    }
    const handle = Object.hasOwn(handlers, event.type) ? handlers[event.type] : null
    if (!handle) return
    await inTrace(event.traceparent, async () => {
      for (let attempt = 1; !signal.aborted; attempt++) {
        try {
          return await once(event, handle)
        } catch (err) {
          if (signal.aborted) throw err
          if (!isUnavailable(err) && attempt >= attempts) {
            log.error({ err, consumer, event: event.id, type: event.type }, 'event dead-lettered')
            consumed.inc({ consumer, type: event.type, outcome: 'dead_lettered' })
            await deadLetter(json)
            return
          }
          log.warn({ err, consumer, event: event.id, type: event.type, attempt }, 'event will be retried')
          await sleep(Math.min(50 * 2 ** attempt, 2_000) * (0.5 + Math.random() / 2))
        }
      }
      throw new Error('stopped before the event was done')
    })
  }

  const read = async (from: string, signal: AbortSignal): Promise<number> => {
    const answer = (await untilAborted(
      signal,
      redis.xreadgroup('GROUP', consumer, 'leader', 'COUNT', batch, 'BLOCK', blockMs, 'STREAMS', stream, from),
    )) as [string, [string, string[] | null][]][] | null
    const entries = answer?.[0]?.[1] ?? []
    const done: string[] = []
    try {
      for (const [id, fields] of entries) {
        // A trimmed entry is still pending but has no fields any more.
        if (fields?.[1]) await settle(fields[1], signal)
        done.push(id)
      }
    } finally {
      // When this acknowledgement is lost, the events are read again and found in the inbox.
      if (done.length > 0) await withTimeout(ackMs, 'redis', redis.xack(stream, consumer, ...done))
    }
    return entries.length
  }

  return asLeader(options.databaseUrl, `consumer ${consumer}`, options.signal, log, async (signal) => {
    await repeat(signal, 0, log, async () => {
      const group = redis.xgroup('CREATE', stream, consumer, '0', 'MKSTREAM')
      await untilAborted(signal, group).catch((err: Error) => {
        if (!err.message.startsWith('BUSYGROUP')) throw err
      })
      while (!signal.aborted) {
        // First what was read and not acknowledged, each time: a process that loses leadership may have read events that it
        // no longer handles.
        while (!signal.aborted && (await read('0', signal)) > 0);
        await read('>', signal)
      }
    })
  })
}

/** The result of `work`, or a rejection when aborted before: a blocking command waits for ever when Redis is away. */
function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Error('stopped'))
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
