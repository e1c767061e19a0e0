import { pause } from '../process/lifecycle.ts'
import { isUnavailable } from '../process/unavailable.ts'
import { abortableGenerator, type ChangeFeed } from '../redis/change-feed.ts'

const retryMs = 500 // While the database is away.

/**
 * A snapshot, then the value after every change that shows; ends with the first value for which `isLast` holds.
 * Notifications only say when to read: what is yielded is always read. The first read fails when the database is away;
 * a subscriber that already has a value waits for the database instead.
 */
export const watch = <T>({
  feed,
  channels,
  read,
  isLast,
}: {
  readonly feed: ChangeFeed
  readonly channels: readonly string[]
  read(): Promise<T>
  isLast(value: T): boolean
}): AsyncGenerator<T, void, void> =>
  abortableGenerator(async function* (signal) {
    let published: string | undefined
    for await (const _ of feed.listen(channels, signal)) {
      const value = published === undefined ? await read() : await readWhenAvailable(read, signal)
      if (value === stopped) return
      const text = JSON.stringify(value)
      if (text === published) continue
      published = text
      yield value
      if (isLast(value)) return
    }
  })

const stopped = Symbol('stopped')

async function readWhenAvailable<T>(read: () => Promise<T>, signal: AbortSignal): Promise<T | typeof stopped> {
  while (!signal.aborted) {
    try {
      return await read()
    } catch (err) {
      if (!isUnavailable(err)) throw err
      await pause(retryMs, signal)
    }
  }
  return stopped
}
