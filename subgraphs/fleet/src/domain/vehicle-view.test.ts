import { describe, expect, it } from '@jest/globals'
import { type KnownVehicle, viewOf } from './vehicle-view.ts'

const now = new Date('2026-11-21T08:00:00Z')
const offer = { publicId: 'public', latitude: 50.11, longitude: 8.68, batteryPercent: 70 }
const parked: KnownVehicle = {
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
const ridden: KnownVehicle = { ...parked, state: 'ON_TRIP', riderId: 'anna', lock: 'UNLOCKED', speed: 5, offer: null }
const viewers = {
  anonymous: null,
  anna: { customerId: 'anna' },
  bert: { customerId: 'bert' },
  operator: 'all',
} as const
const see = (who: keyof typeof viewers, known: KnownVehicle) => viewOf(viewers[who], known, now, 300_000)

describe('viewOf', () => {
  it.each(['anonymous', 'bert'] as const)(
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
