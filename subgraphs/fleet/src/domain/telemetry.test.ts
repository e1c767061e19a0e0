import { expect, it } from '@jest/globals'
import { type Fix, reasonToDrop } from './telemetry.ts'

const now = 1_000_000_000
const last: Fix = { latitude: 50.11, longitude: 8.68, at: now - 1_000, epoch: 'one', seq: 7 }
const next: Fix = { ...last, at: now, seq: 8 }

it.each([
  ['the first', next, undefined, null],
  ['the next', next, last, null],
  ['a slow clock', { ...next, at: now - 60_000 }, last, null],
  ['the future', { ...next, at: now + 31_000 }, last, 'FUTURE'],
  ['long ago', { ...next, at: now - 601_000 }, last, 'OLD'],
  ['no fix', { ...next, latitude: 0, longitude: 0 }, last, 'NOWHERE'],
  ['the same again', { ...next, seq: 7 }, last, 'DUPLICATE'],
  ['out of order', { ...next, seq: 6 }, last, 'DUPLICATE'],
  ['a new boot that counts from the beginning', { ...next, epoch: 'two', seq: 1 }, last, null],
  ['a jump to Munich', { ...next, latitude: 48.1, longitude: 11.6 }, last, 'JUMP'],
  ['carried there by truck', { ...next, latitude: 48.1, longitude: 11.6 }, { ...last, at: now - 5 * 3_600_000 }, null],
  ['hundreds of metres between houses', { ...next, latitude: 50.1135 }, last, null],
])('%s', (_, fix, before, reason) => {
  expect(reasonToDrop(fix, before, now)).toBe(reason)
})
