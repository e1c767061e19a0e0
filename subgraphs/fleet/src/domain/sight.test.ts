import { describe, expect, it } from '@jest/globals'
import { batteryNeeded, type Known, seenBy } from './sight.ts'
import { rangeMeters } from './vehicle.ts'

const now = new Date('2026-11-21T08:00:00Z')
const offer = { publicId: 'public', latitude: 50.11, longitude: 8.68, batteryPercent: 70 }
const parked: Known = {
  vehicleId: 'stable',
  publicId: 'public',
  typeId: 'scooter',
  state: 'AVAILABLE',
  riderId: null,
  contact: 'ONLINE',
  contactChangedAt: now,
  lastSeenAt: now,
  lock: 'LOCKED',
  batteryPercent: 69,
  place: { latitude: 50.2, longitude: 8.7 },
  speed: 0,
  offer,
}
const ridden: Known = { ...parked, state: 'ON_TRIP', riderId: 'anna', lock: 'UNLOCKED', speed: 5, offer: null }
const eyes = {
  nobody: { id: '', role: 'anonymous' },
  anna: { id: 'anna', role: 'customer' },
  bert: { id: 'bert', role: 'customer' },
  vehicle: { id: 'anna', role: 'vehicle' },
  operator: { id: 'olga', role: 'operator' },
} as const
const see = (who: keyof typeof eyes, known: Known) => seenBy(eyes[who], known, now, 300_000)

describe('seenBy', () => {
  it.each(['nobody', 'bert', 'vehicle'] as const)(
    '%s sees the offer of a parked vehicle, and nothing of a ridden one',
    (who) => {
      expect(see(who, parked)).toMatchObject({
        state: 'AVAILABLE',
        latitude: 50.11,
        lock: null,
        batteryPercent: 70,
        own: false,
      })
      expect(see(who, ridden)).toBeNull()
      expect(see(who, { ...ridden, state: 'RESERVED' })).toBeNull()
    },
  )

  it('its rider sees where it is and how its lock is', () => {
    expect(see('anna', ridden)).toMatchObject({
      state: 'ON_TRIP',
      latitude: 50.2,
      speed: 5,
      lock: 'UNLOCKED',
      own: true,
    })
  })

  it('operators see everything but what is gone for good', () => {
    expect(see('operator', ridden)).toMatchObject({ state: 'ON_TRIP', lock: 'UNLOCKED', own: false })
    expect(see('operator', { ...parked, state: 'NON_OPERATIONAL', offer: null })?.state).toBe('NON_OPERATIONAL')
    expect(see('operator', { ...parked, state: 'REMOVED', offer: null })).toBeNull()
  })
})

describe('batteryNeeded', () => {
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
    expect(batteryNeeded(filter, type)).toBe(percent)
  })

  it('is the least at which the range suffices', () => {
    for (let minRangeMeters = 0; minRangeMeters <= 60_000; minRangeMeters += 77) {
      const percent = batteryNeeded({ ...any, minRangeMeters }, type) ?? Number.NaN
      expect(rangeMeters(percent, type.maxRangeMeters)).toBeGreaterThanOrEqual(minRangeMeters)
      if (percent > 0) expect(rangeMeters(percent - 1, type.maxRangeMeters)).toBeLessThan(minRangeMeters)
    }
  })
})
