import { describe, expect, it } from '@jest/globals'
import { outlet } from './outlet.ts'

/** A network that takes frames when it is told to. */
function network() {
  const sent: string[] = []
  const waiting: (() => void)[] = []
  let pending = 0
  return {
    sent,
    wire: {
      pending: () => pending,
      send: (frame: string, taken?: () => void) => {
        sent.push(frame)
        pending += frame.length
        waiting.push(() => {
          pending -= frame.length
          taken?.()
        })
      },
    },
    take: (count = waiting.length) => {
      for (const take of waiting.splice(0, count)) take()
    },
  }
}

const payload = (number: number) => JSON.stringify({ data: { number, text: 'x'.repeat(50_000) } })
const read = (frame: string) => {
  const { data, extensions } = JSON.parse(frame)
  return [data.number, extensions?.gap.missed ?? 0]
}

describe('a client', () => {
  it('that keeps up gets everything', () => {
    const { wire, sent, take } = network()
    const listener = outlet(
      wire,
      (text) => text,
      () => undefined,
    )
    for (let number = 0; number < 200; number++) {
      listener.event(payload(number), 0)
      take()
    }
    expect(sent).toHaveLength(200)
    expect(sent.map(read).every(([, missed]) => missed === 0)).toBe(true)
  })

  it('that does not, loses the oldest, learns how many, and holds no more than its queue', () => {
    const { wire, sent, take } = network()
    const listener = outlet(
      wire,
      (text) => text,
      () => undefined,
    )
    for (let number = 0; number < 200; number++) listener.event(payload(number), 0)
    const before = sent.length
    expect(before).toBeLessThan(10)
    while (sent.map(read).at(-1)?.[0] !== 199) take(1)
    const frames = sent.map(read)
    expect(frames.length).toBe(before + 64)
    expect(frames[before]).toEqual([136, 136 - before])
    expect(frames.slice(before + 1).every(([, missed]) => missed === 0)).toBe(true)
  })

  it('is told of gaps that came from further up', () => {
    const { wire, sent } = network()
    outlet(
      wire,
      (text) => text,
      () => undefined,
    ).event('{"data":{"number":1}}', 3)
    expect(sent).toEqual(['{"data":{"number":1},"extensions":{"gap":{"missed":3}}}'])
  })
})
