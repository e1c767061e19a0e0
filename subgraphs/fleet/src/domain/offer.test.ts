import { describe, expect, it } from '@jest/globals'
import { isOffered, isOutdated, type Offer, type OfferCandidate } from './offer.ts'

const now = new Date('2026-11-21T08:00:00Z')
const rules = { graceMs: 300_000, minBatteryPercent: 15 }
const fine: OfferCandidate = {
  state: 'AVAILABLE',
  contact: 'ONLINE',
  contactChangedAt: now,
  lock: 'LOCKED',
  batteryPercent: 15,
  hasUnreleasedTrip: false,
}

describe('isOffered', () => {
  it.each([
    ['a free, locked vehicle in contact', fine, true],
    ['one that lost contact a moment ago', { ...fine, contact: 'LOST' as const }, true],
    [
      'one that lost it longer ago than its grace',
      { ...fine, contact: 'LOST' as const, contactChangedAt: new Date(now.getTime() - 300_000) },
      false,
    ],
    ['a reserved one', { ...fine, state: 'RESERVED' as const }, false],
    ['one out of service', { ...fine, state: 'NON_OPERATIONAL' as const }, false],
    ['an unlocked one', { ...fine, lock: 'UNLOCKED' as const }, false],
    ['one with a low battery', { ...fine, batteryPercent: 14 }, false],
    ['one whose last booking is not completed', { ...fine, hasUnreleasedTrip: true }, false],
  ])('%s', (_, candidate, expected) => {
    expect(isOffered(candidate, now, rules)).toBe(expected)
  })
})

describe('isOutdated', () => {
  const offer: Offer = { publicId: 'a', latitude: 50.11, longitude: 8.68, batteryPercent: 50 }
  it.each([
    ['nothing', {}, false],
    ['the noise of sensors', { batteryPercent: 49, latitude: 50.1101 }, false],
    ['a new id', { publicId: 'b' }, true],
    ['a place round the corner', { latitude: 50.1103 }, true],
    ['a battery that goes down', { batteryPercent: 48 }, true],
  ])('by %s', (_, change, expected) => {
    expect(isOutdated(offer, { ...offer, ...change })).toBe(expected)
  })
})
