import { describe, expect, it } from '@jest/globals'
import { retryAt } from './retry.ts'

const now = new Date('2026-11-21T08:00:00Z')
const after = (ms: number) => new Date(now.getTime() + ms)
const past = after(-1)

describe('the next look', () => {
  it.each([
    [0, 1_000],
    [1, 2_000],
    [4, 16_000],
    [5, 30_000],
    [5_000, 30_000],
  ])('after %d in vain is at most %d ms away', (tries, ms) => {
    expect(retryAt(tries, now, past, 1)).toEqual(after(ms))
    expect(retryAt(tries, now, past, 0.5)).toEqual(after(ms / 2))
  })

  it('is never in the past, and not after a deadline that is still to come', () => {
    for (const tries of [0, 1, 7, 100]) {
      for (const chance of [0, 0.3, 1]) {
        for (const ms of [1, 900, 60_000]) {
          const at = retryAt(tries, now, after(ms), chance).getTime() - now.getTime()
          expect(at).toBeGreaterThanOrEqual(0)
          expect(at).toBeLessThanOrEqual(ms)
        }
      }
    }
  })
})
