import { describe, expect, it } from '@jest/globals'
import { fareOf, startedMinutes, sumOf } from './fare.ts'
import type { Price } from './price.ts'

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
const scooter: Price = { unlock: eur(100), perMinute: eur(25), cap: eur(2_500), authorisation: eur(2_500) }
const from = new Date('2026-11-21T10:00:00.000Z')
const after = (seconds: number) => new Date(from.getTime() + seconds * 1_000)

describe('started minutes', () => {
  it.each([
    [0, 1],
    [0.001, 1],
    [1, 1],
    [59.999, 1],
    [60, 1],
    [60.001, 2],
    [61, 2],
    [120, 2],
    [3_600, 60],
    [-5, 1],
  ])('%d seconds are %d', (seconds, minutes) => {
    expect(startedMinutes(from, after(seconds))).toBe(minutes)
  })
})

describe('a fare', () => {
  it('is the unlock fee and the started minutes', () => {
    expect(fareOf(scooter, from, after(9 * 60 + 30))).toEqual({
      total: eur(350),
      lines: [
        { kind: 'UNLOCK', quantity: 1, unit: eur(100), total: eur(100) },
        { kind: 'MINUTES', quantity: 10, unit: eur(25), total: eur(250) },
      ],
    })
  })

  it('says what the cap takes off', () => {
    expect(fareOf(scooter, from, after(100 * 60))).toEqual({
      total: eur(2_500),
      lines: [
        { kind: 'UNLOCK', quantity: 1, unit: eur(100), total: eur(100) },
        { kind: 'MINUTES', quantity: 100, unit: eur(25), total: eur(2_500) },
        { kind: 'CAP', quantity: 1, unit: eur(-100), total: eur(-100) },
      ],
    })
  })

  it('has no cap line when it meets the cap exactly', () => {
    expect(fareOf(scooter, from, after(96 * 60)).lines.map(({ kind }) => kind)).toEqual(['UNLOCK', 'MINUTES'])
  })

  it('adds up, never exceeds the cap and never falls with time, whatever the prices', () => {
    // A linear congruential generator: the same thousand rides in every run.
    let seed = 42
    const below = (limit: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
      return seed % limit
    }
    for (let ride = 0; ride < 1_000; ride++) {
      const unlock = below(500)
      const price = { ...scooter, unlock: eur(unlock), perMinute: eur(below(100)), cap: eur(unlock + below(5_000)) }
      const seconds = below(100_000) / 7
      const { total, lines } = fareOf(price, from, after(seconds))
      expect(lines.reduce((sum, line) => sum + line.total.amountMinor, 0)).toBe(total.amountMinor)
      for (const line of lines) expect(line.total.amountMinor).toBe(line.unit.amountMinor * line.quantity)
      expect(total.amountMinor).toBeLessThanOrEqual(price.cap.amountMinor)
      expect(total.amountMinor).toBeGreaterThanOrEqual(unlock)
      const longer = fareOf(price, from, after(seconds + below(1_000)))
      expect(longer.total.amountMinor).toBeGreaterThanOrEqual(total.amountMinor)
    }
  })

  it('of several bookables is the sum', () => {
    const one = fareOf(scooter, from, after(60))
    const { total, lines } = sumOf([one, one], 'EUR')
    expect(total).toEqual(eur(250))
    expect(lines).toHaveLength(4)
  })
})
