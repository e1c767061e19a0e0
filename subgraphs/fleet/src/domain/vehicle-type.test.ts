import { describe, expect, it } from '@jest/globals'
import { rangeMeters, requiredBattery } from './vehicle-type.ts'

describe('requiredBattery', () => {
  const type = { formFactor: 'bicycle', maxRangeMeters: 60_000 }
  const any = { formFactors: null, minBatteryPercent: 0, minRangeMeters: 0 }
  it.each([
    ['nothing in particular', any, 0],
    ['a bicycle', { ...any, formFactors: ['moped', 'bicycle'] }, 0],
    ['something else', { ...any, formFactors: ['scooter_standing'] }, null],
    ['half a battery', { ...any, minBatteryPercent: 50 }, 50],
    ['the range of half a battery', { ...any, minRangeMeters: 30_000 }, 50],
    ['a metre more', { ...any, minRangeMeters: 30_001 }, 51],
    ['more than it can', { ...any, minRangeMeters: 60_001 }, null],
  ])('for %s', (_, filter, percent) => {
    expect(requiredBattery(filter, type)).toBe(percent)
  })

  it('is the least at which the range suffices', () => {
    for (let minRangeMeters = 0; minRangeMeters <= 60_000; minRangeMeters += 77) {
      const percent = requiredBattery({ ...any, minRangeMeters }, type) ?? Number.NaN
      expect(rangeMeters(percent, type.maxRangeMeters)).toBeGreaterThanOrEqual(minRangeMeters)
      if (percent > 0) expect(rangeMeters(percent - 1, type.maxRangeMeters)).toBeLessThan(minRangeMeters)
    }
  })
})

it('gives the range in whole metres', () => {
  expect(rangeMeters(33, 35_001)).toBe(11_550)
  expect(rangeMeters(0, 35_000)).toBe(0)
})
