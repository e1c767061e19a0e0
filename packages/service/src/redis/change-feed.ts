/**
 * Change notifications over Redis pub/sub. A notification may be lost and proves nothing: subscribers read the database
 * after subscribing, after every notification and after every reconnect.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../process/log.ts'
import { createBlockingRedis } from './client.ts'

export type ChangeNotification =
  | { readonly kind: 'message'; readonly channel: string; readonly message: string }
  | { readonly kind: 'resync' }
type Listener = (notification: ChangeNotification) => void

export type ChangeFeed = ReturnType<typeof createChangeFeed>

const subscribeMs = 500 // Redis answers within a millisecond; longer means that it is away.
const queueLimit = 1_000 // A subscriber further behind reads the database again instead.

/** One Redis connection for all subscribers of a process; a channel is subscribed to while it has listeners. */
export function createChangeFeed(url: string, log: Log) {
  const redis = createBlockingRedis(url, log)
  const listeners = new Map<string, Set<Listener>>()
  const stops = new Set<() => void>()
  let wasReady = false

  redis.on('message', (channel: string, message: string) => {
    for (const listener of listeners.get(channel) ?? []) listener({ kind: 'message', channel, message })
  })
  redis.on('ready', () => {
    if (wasReady)
      for (const listener of new Set([...listeners.values()].flatMap((set) => [...set]))) listener({ kind: 'resync' })
    wasReady = true
  })

  /**
   * The notifications of the channels, oldest first. The first is `resync`; another `resync` follows whenever messages may
   * have been lost. Ends when the subscriber returns, the signal is aborted or `stop` is called.
   */
  async function* listen(
    channels: readonly string[],
    signal?: AbortSignal,
  ): AsyncGenerator<ChangeNotification, void, void> {
    let queue: ChangeNotification[] = []
    let wake: () => void = () => undefined
    let stopped = false
    const stop = () => {
      stopped = true
      wake()
    }
    const listener: Listener = (notification) => {
      if (notification.kind === 'resync' || queue.length >= queueLimit) queue = [{ kind: 'resync' }]
      else queue.push(notification)
      wake()
    }
    stops.add(stop)
    if (signal?.aborted) stop()
    signal?.addEventListener('abort', stop, { once: true })
    for (const channel of channels) listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener))
    try {
      // Without Redis the first snapshot is still right, so it waits no longer than this.
      let late = false
      const subscribed = redis
        .subscribe(...channels)
        .then(() => {
          if (late) listener({ kind: 'resync' })
        })
        .catch((err: unknown) => log.warn({ err }, 'not subscribed'))
      await Promise.race([subscribed, sleep(subscribeMs, undefined, { ref: false })])
      late = true
      yield { kind: 'resync' }
      while (!stopped) {
        const notification = queue.shift()
        if (notification) yield notification
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    } finally {
      stops.delete(stop)
      signal?.removeEventListener('abort', stop)
      const stale: string[] = []
      for (const channel of channels) {
        const set = listeners.get(channel)
        set?.delete(listener)
        if (set?.size === 0) {
          listeners.delete(channel)
          stale.push(channel)
        }
      }
      if (stale.length > 0 && redis.status === 'ready') void redis.unsubscribe(...stale).catch(() => undefined)
    }
  }

  return {
    listen,
    ready: async (): Promise<void> => {
      if (redis.status !== 'ready') throw new Error(`redis is ${redis.status}`)
    },
    stop: (): void => {
      for (const stop of stops) stop()
      redis.disconnect()
    },
  }
}

/**
 * An async generator that `return` ends at once. `return` of a plain one waits for the current `await`, which in a
 * subscription without changes may be for ever.
 */
export function abortableGenerator<T>(
  make: (signal: AbortSignal) => AsyncGenerator<T, void, void>,
): AsyncGenerator<T, void, void> {
  const ended = new AbortController()
  const generator = make(ended.signal)
  const finish = generator.return.bind(generator)
  return Object.assign(generator, {
    return: () => {
      ended.abort()
      return finish()
    },
  })
}
