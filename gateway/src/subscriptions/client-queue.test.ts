import { describe, expect, it } from '@jest/globals'
import { clientQueue, type Ending, type Event } from './client-queue.ts'
import { clientConnection } from './connection.ts'

/** A network that sends frames when the test calls `take`. */
function network() {
  const sent: string[] = []
  const waiting: (() => void)[] = []
  let pending = 0
  return {
    sent,
    connection: clientConnection(
      () => pending,
      (frame, written) => {
        sent.push(frame)
        pending += frame.length
        waiting.push(() => {
          pending -= frame.length
          written?.()
        })
      },
    ),
    take: (count = waiting.length) => {
      for (const take of waiting.splice(0, count)) take()
    },
    takeAll: () => {
      while (waiting.length > 0) waiting.shift()?.()
    },
  }
}

function client(over = network()) {
  const endings: Ending[] = []
  const listener: ReturnType<typeof clientQueue> = clientQueue(
    over.connection,
    (text) => text,
    (ending) => endings.push(ending),
  )
  return { ...over, listener, endings }
}

const event = (
  number: number,
  { slow = 'drop', key = undefined, bytes = 10_000 }: Partial<Event> & { bytes?: number } = {},
): Event => {
  const payload = JSON.stringify({ data: { number, text: 'x'.repeat(bytes) } })
  return { payload, size: payload.length, key, slow }
}
const read = (frame: string): [number, number] => {
  const { data, extensions } = JSON.parse(frame)
  return [data.number, extensions?.gap.missed ?? 0]
}
const numbers = (sent: readonly string[]) => sent.map((frame) => read(frame)[0])
const ascending = (count: number) => Array.from({ length: count }, (_, index) => index)

describe('a client', () => {
  it('that keeps up gets everything', () => {
    const { listener, sent, take } = client()
    for (const number of ascending(200)) {
      listener.event(event(number), 0)
      take()
    }
    expect(sent.map(read)).toEqual(ascending(200).map((number) => [number, 0]))
  })

  it('that does not keep up loses the oldest events, gets their number, and holds no more than its queue', () => {
    const { listener, sent, takeAll } = client()
    for (const number of ascending(200)) listener.event(event(number), 0)
    const before = sent.length
    expect(before).toBeLessThan(30)
    takeAll()
    const frames = sent.map(read)
    expect(frames.length).toBe(before + 64)
    expect(frames[before]).toEqual([136, 136 - before])
    expect(frames.slice(before + 1).every(([, missed]) => missed === 0)).toBe(true)
  })

  it('gets gaps of the channel', () => {
    const { listener, sent } = client()
    listener.event({ ...event(1), payload: '{"data":{"number":1}}' }, 3)
    expect(sent).toEqual(['{"data":{"number":1},"extensions":{"gap":{"missed":3}}}'])
  })

  it('has no more than a megabyte waiting, or one event', () => {
    const { listener, sent, connection, takeAll } = client()
    for (const number of ascending(40)) listener.event(event(number, { bytes: 200_000 }), 0)
    expect(connection.queuedBytes).toBeLessThan(1_000_000)
    listener.event(event(40, { bytes: 3_000_000 }), 0)
    expect(connection.queuedBytes).toBeGreaterThan(3_000_000)
    takeAll()
    expect(connection.queuedBytes).toBe(0)
    expect(read(sent.at(-1) ?? '')).toEqual([40, 38])
  })

  it('has no more than four megabytes waiting for all its subscriptions', () => {
    const over = network()
    const several = ascending(20).map(() => client(over))
    for (const number of ascending(40))
      for (const { listener } of several) listener.event(event(number, { bytes: 100_000 }), 0)
    expect(over.connection.queuedBytes).toBeLessThan(4_300_000)
    over.takeAll()
    expect(over.connection.queuedBytes).toBe(0)
  })

  it('has no more than eight megabytes waiting where each subscription has one event, and the newest ends', () => {
    const over = network()
    const several = ascending(20).map(() => client(over))
    for (const { listener } of several) listener.event(event(0, { bytes: 1_000_000 }), 0)
    expect(over.connection.queuedBytes).toBeLessThan(10_000_000)
    const ended = several.filter(({ endings }) => endings.length > 0)
    expect(ended.length).toBeGreaterThan(8)
    for (const { endings } of ended) expect(endings).toEqual([expect.objectContaining({ reason: 'too slow' })])
    over.takeAll()
    expect(over.connection.queuedBytes).toBe(0)
    expect(over.sent.length + ended.length).toBe(20)
  })

  it('leaves nothing on a connection without room, however often it subscribes and leaves', () => {
    const over = network()
    const waiting = new Set<() => void>()
    const connection = {
      ...over.connection,
      waiting: 0,
      hasRoom: () => false,
      onRoom: (callback: () => void) => void waiting.add(callback),
      offRoom: (callback: () => void) => void waiting.delete(callback),
    }
    for (const number of ascending(10)) {
      const { listener } = client({ ...over, connection })
      listener.event(event(number), 0)
      expect(waiting.size).toBe(1)
      listener.close()
    }
    expect(waiting.size).toBe(0)
    expect(connection.waiting).toBe(0)
  })

  it('gets a turn for each of its subscriptions', () => {
    const over = network()
    const [first, second] = [client(over), client(over)]
    for (const number of ascending(10)) {
      first.listener.event(event(number, { bytes: 300_000 }), 0)
      second.listener.event(event(100 + number, { bytes: 300_000 }), 0)
    }
    const before = over.sent.length
    over.take(1)
    over.take(1)
    over.take(1)
    over.take(1)
    const next = numbers(over.sent.slice(before))
    expect(next.some((number) => number >= 100)).toBe(true)
    expect(next.some((number) => number < 100)).toBe(true)
  })

  it('gets the queued events before the end', () => {
    const { listener, sent, endings, takeAll } = client()
    for (const number of ascending(40)) listener.event(event(number), 0)
    listener.ended({ reason: 'completed' })
    expect(endings).toEqual([])
    takeAll()
    expect(numbers(sent)).toEqual(ascending(40))
    expect(endings).toEqual([{ reason: 'completed' }])
  })

  it('that has left gets nothing and leaves nothing', () => {
    const { listener, sent, connection, takeAll, endings } = client()
    for (const number of ascending(60)) listener.event(event(number), 0)
    const before = sent.length
    listener.close()
    expect(connection.queuedBytes).toBe(0)
    takeAll()
    listener.event(event(61), 0)
    listener.ended({ reason: 'completed' })
    expect(sent).toHaveLength(before)
    expect(endings).toEqual([])
  })
})

describe('a slow client', () => {
  it('of a field that conflates gets the newest of each key, in the place of the oldest, and no gap', () => {
    const { listener, sent, takeAll } = client()
    for (const number of ascending(300)) {
      const conflated = event(number, { slow: 'conflate', key: `vehicle ${number % 7}` })
      listener.event(conflated, 0)
    }
    const before = sent.length
    takeAll()
    const frames = sent.map(read)
    expect(frames.length).toBe(before + 7)
    expect(frames.every(([, missed]) => missed === 0)).toBe(true)
    expect(numbers(sent.slice(before)).toSorted((a, b) => a - b)).toEqual([293, 294, 295, 296, 297, 298, 299])
  })

  it('of a field that conflates keeps its gap, and events without a key', () => {
    const { listener, sent, takeAll } = client()
    listener.event(event(0, { slow: 'conflate', key: 'a', bytes: 300_000 }), 0)
    listener.event(event(1, { slow: 'conflate', key: 'a' }), 5)
    listener.event(event(2, { slow: 'conflate' }), 0)
    listener.event(event(3, { slow: 'conflate' }), 0)
    listener.event(event(4, { slow: 'conflate', key: 'a' }), 0)
    takeAll()
    expect(sent.map(read)).toEqual([
      [0, 0],
      [4, 5],
      [2, 0],
      [3, 0],
    ])
  })

  it('of a field that closes gets TOO_SLOW once, and nothing more', () => {
    const { listener, sent, endings, connection, takeAll } = client()
    for (const number of ascending(200)) listener.event(event(number, { slow: 'close' }), 0)
    expect(endings).toEqual([
      { reason: 'too slow', error: expect.objectContaining({ extensions: { code: 'TOO_SLOW' } }) },
    ])
    expect(connection.queuedBytes).toBe(0)
    const before = sent.length
    takeAll()
    expect(sent).toHaveLength(before)
  })
})
