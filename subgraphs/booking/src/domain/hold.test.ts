import { describe, expect, it } from '@jest/globals'
import { type Found, whyRefused } from './hold.ts'

const fine = { withdrawn: false, offline: false, free: true }
const thing = (publicId: string, not: Partial<Found> = {}): Found => ({ publicId, ...fine, ...not })

describe('why a hold was refused', () => {
  it.each([
    ['more than the limit', ['a', 'b'], [thing('a'), thing('b')], 1, { kind: 'TooManyItems', limit: 1 }],
    ['the same twice', ['a', 'a'], [thing('a')], 2, { kind: 'TooManyItems', limit: 2 }],
    ['too many unknown ones', ['x', 'y'], [], 1, { kind: 'TooManyItems', limit: 1 }],
    ['an unknown id', ['a', 'x'], [thing('a')], 2, { kind: 'BookableNotFound', ids: ['x'] }],
    ['out of service', ['a'], [thing('a', { withdrawn: true })], 1, { kind: 'VehicleWithdrawn', ids: ['a'] }],
    ['out of contact', ['a'], [thing('a', { offline: true })], 1, { kind: 'VehicleOffline', ids: ['a'] }],
    ['taken', ['a', 'b'], [thing('a'), thing('b', { free: false })], 2, { kind: 'AlreadyTaken', ids: ['b'] }],
    ['nothing any more', ['a'], [thing('a')], 1, null],
  ] as const)('%s', (_, wanted, found, limit, reason) => {
    expect(whyRefused(wanted, found, limit)).toEqual(reason)
  })

  it('says out of service before out of contact before taken', () => {
    const all = [
      thing('a', { free: false }),
      thing('b', { offline: true, free: false }),
      thing('c', { withdrawn: true, offline: true, free: false }),
    ]
    expect(whyRefused(['a', 'b', 'c'], all, 3)).toEqual({ kind: 'VehicleWithdrawn', ids: ['c'] })
    expect(whyRefused(['a', 'b'], all.slice(0, 2), 3)).toEqual({ kind: 'VehicleOffline', ids: ['b'] })
  })
})
