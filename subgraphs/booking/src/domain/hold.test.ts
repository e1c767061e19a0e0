import { describe, expect, it } from '@jest/globals'
import { obstacleTo, type RequestedBookable } from './hold.ts'

const available = { withdrawn: false, offline: false, free: true }
const bookable = (publicId: string, facts: Partial<RequestedBookable> = {}): RequestedBookable => ({
  publicId,
  ...available,
  ...facts,
})

describe('the obstacle to a hold', () => {
  it.each([
    ['more than the limit', ['a', 'b'], [bookable('a'), bookable('b')], 1, { kind: 'TooManyItems', limit: 1 }],
    ['the same twice', ['a', 'a'], [bookable('a')], 2, { kind: 'TooManyItems', limit: 2 }],
    ['too many unknown ones', ['x', 'y'], [], 1, { kind: 'TooManyItems', limit: 1 }],
    ['an unknown id', ['a', 'x'], [bookable('a')], 2, { kind: 'BookableNotFound', ids: ['x'] }],
    ['out of service', ['a'], [bookable('a', { withdrawn: true })], 1, { kind: 'VehicleWithdrawn', ids: ['a'] }],
    ['out of contact', ['a'], [bookable('a', { offline: true })], 1, { kind: 'VehicleOffline', ids: ['a'] }],
    ['taken', ['a', 'b'], [bookable('a'), bookable('b', { free: false })], 2, { kind: 'AlreadyTaken', ids: ['b'] }],
    ['none any more', ['a'], [bookable('a')], 1, null],
  ] as const)('%s', (_, requestedIds, found, limit, obstacle) => {
    expect(obstacleTo(requestedIds, found, limit)).toEqual(obstacle)
  })

  it('is out of service before out of contact before taken', () => {
    const all = [
      bookable('a', { free: false }),
      bookable('b', { offline: true, free: false }),
      bookable('c', { withdrawn: true, offline: true, free: false }),
    ]
    expect(obstacleTo(['a', 'b', 'c'], all, 3)).toEqual({ kind: 'VehicleWithdrawn', ids: ['c'] })
    expect(obstacleTo(['a', 'b'], all.slice(0, 2), 3)).toEqual({ kind: 'VehicleOffline', ids: ['b'] })
  })
})
