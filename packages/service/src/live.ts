/**
 * The live view over Redis pub/sub. A notice may be lost, so nothing here is true by itself: who listens reads the
 * truth after subscribing and after every reconnect.
 */
import type { Log } from './log.ts'
import { createBlockingRedis } from './redis.ts'

export type Notice =
  | { readonly kind: 'message'; readonly channel: string; readonly message: string }
  | { readonly kind: 'resync' }
type Listener = (notice: Notice) => void

export interface Live {
  /**
   * Notices of the channels, oldest first, beginning with one `resync`; another one follows whenever messages may have
   * been missed. Ends when the consumer returns or `stop` is called.
   */
  listen(channels: readonly string[]): AsyncGenerator<Notice, void, void>
  ready(): Promise<unknown>
  stop(): void
}

const queueLimit = 1_000 // A listener further behind than this is better served by reading the truth again.

/** One Redis connection for all listeners of a process; a channel is subscribed while somebody listens to it. */
export function createLive(url: string, log: Log): Live {
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

  async function* listen(channels: readonly string[]): AsyncGenerator<Notice, void, void> {
    let queue: Notice[] = []
    let wake: () => void = () => undefined
    let stopped = false
    const stop = () => {
      stopped = true
      wake()
    }
    const listener: Listener = (notice) => {
      if (notice.kind === 'resync' || queue.length >= queueLimit) queue = [{ kind: 'resync' }]
      else queue.push(notice)
      wake()
    }
    stops.add(stop)
    const fresh: string[] = []
    for (const channel of channels) {
      const set = listeners.get(channel) ?? new Set()
      if (set.size === 0) fresh.push(channel)
      listeners.set(channel, set.add(listener))
    }
    try {
      // Without Redis the first answer is still the truth; the reconnect brings the subscription and a resync.
      if (fresh.length > 0) {
        const subscribed = redis.subscribe(...fresh).catch((err: unknown) => log.warn({ err }, 'not subscribed yet'))
        if (redis.status === 'ready') await subscribed
      }
      yield { kind: 'resync' }
      while (!stopped) {
        const notice = queue.shift()
        if (notice) yield notice
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    } finally {
      stops.delete(stop)
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
    ready: async () => {
      if (redis.status !== 'ready') throw new Error(`redis is ${redis.status}`)
    },
    stop: () => {
      for (const stop of stops) stop()
      redis.disconnect()
    },
  }
}
