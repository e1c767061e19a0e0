import type { Sample } from '@holdfast/contracts'
import { describe, expect, it } from '@jest/globals'
import { historyLimit, oldestBatch, withSamples } from './unsent-samples.ts'

const sample = (at: number): Sample => ({
  at,
  latitude: 50.11,
  longitude: 8.68,
  speed: 0,
  heading: 0,
  batteryPercent: 80,
  odometer: 0,
})

describe('history', () => {
  it('keeps the newest samples and gives the oldest of them first', () => {
    const all = Array.from({ length: historyLimit + 30 }, (_, index) => sample(index))
    let history = withSamples(all.slice(0, 1_000), all.slice(1_000))
    expect(history).toHaveLength(historyLimit)
    const given: number[] = []
    while (history.length > 0) {
      const { batch, rest } = oldestBatch(history)
      expect(batch.length).toBeLessThanOrEqual(20)
      given.push(...batch.map(({ at }) => at))
      history = rest
    }
    expect(given).toEqual(all.slice(30).map(({ at }) => at))
  })
})
