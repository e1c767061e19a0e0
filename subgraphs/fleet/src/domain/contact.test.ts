import { describe, expect, it } from '@jest/globals'
import {
  type ConnectionReport,
  contactAfter,
  endsSilence,
  isWithinGrace,
  maxSilenceMs,
  newerConnection,
  shownState,
} from './contact.ts'

const at = (seconds: number) => new Date(seconds * 1_000)
const online = { contact: 'ONLINE', contactChangedAt: at(100), epoch: 'one' } as const
const lost = { ...online, contact: 'LOST' } as const
const never = { contact: 'LOST', contactChangedAt: at(0), epoch: null } as const
const birth = (given: Partial<ConnectionReport> = {}): ConnectionReport => ({
  online: true,
  epoch: 'one',
  at: at(200),
  receivedAt: at(200),
  retained: false,
  ...given,
})
const will = (given: Partial<ConnectionReport> = {}) => birth({ online: false, ...given })

describe('contactAfter', () => {
  it.each([
    ['a first birth', never, birth(), { contact: 'ONLINE', epoch: 'one' }],
    ['a new boot', online, birth({ epoch: 'two' }), { contact: 'ONLINE', epoch: 'two' }],
    ['a reconnect within the boot', lost, birth(), { contact: 'ONLINE', epoch: 'one' }],
    ['a reconnect that was never missed', online, birth(), null],
    ['the will', online, will(), { contact: 'LOST', epoch: 'one' }],
    ['the will of an earlier boot', online, will({ epoch: 'zero' }), null],
    ['the will again', lost, will(), null],
    ['the will of a vehicle without an earlier message', never, will(), null],
    ['an old birth that the broker has retained', lost, birth({ retained: true, at: at(90) }), null],
    [
      'a missed birth that the broker has retained',
      lost,
      birth({ retained: true, at: at(110) }),
      { contact: 'ONLINE', epoch: 'one' },
    ],
    ['a missed will that the broker has retained', online, will({ retained: true }), { contact: 'LOST', epoch: 'one' }],
  ])('%s', (_, known, report, expected) => {
    expect(contactAfter(known, report)).toEqual(expected)
  })
})

it('of two messages the later one counts, but never the late will of an earlier boot', () => {
  const rebooted = birth({ epoch: 'two' })
  expect(newerConnection(undefined, rebooted)).toBe(rebooted)
  expect(newerConnection(birth(), rebooted)).toBe(rebooted)
  expect(newerConnection(rebooted, will({ epoch: 'one' }))).toBe(rebooted)
  const gone = will({ epoch: 'two' })
  expect(newerConnection(rebooted, gone)).toBe(gone)
})

it('a message after the contact was lost ends the silence; an earlier one does not', () => {
  expect(endsSilence(lost, { epoch: 'one', receivedAt: at(101) })).toBe(true)
  expect(endsSilence(lost, { epoch: 'one', receivedAt: at(99) })).toBe(false)
  expect(endsSilence(lost, { epoch: 'zero', receivedAt: at(101) })).toBe(false)
  expect(endsSilence(online, { epoch: 'one', receivedAt: at(101) })).toBe(false)
})

it('shows a silent vehicle during its grace and not longer', () => {
  expect(isWithinGrace(lost, at(399.9), 300_000)).toBe(true)
  expect(isWithinGrace(lost, at(400), 300_000)).toBe(false)
  expect(isWithinGrace(online, at(9_999), 0)).toBe(true)
})

it('shows a parked vehicle as out of contact after its grace, and keeps the state of one in use', () => {
  const show = (state: 'AVAILABLE' | 'NON_OPERATIONAL' | 'RESERVED' | 'ON_TRIP') =>
    shownState({ ...lost, state }, at(1_000), 300_000)
  expect([show('AVAILABLE'), show('NON_OPERATIONAL')]).toEqual(['NON_CONTACTABLE', 'NON_CONTACTABLE'])
  expect([show('RESERVED'), show('ON_TRIP')]).toEqual(['RESERVED', 'ON_TRIP'])
})

it('lets parked vehicles be silent far longer than those on a trip', () => {
  expect(maxSilenceMs('AVAILABLE')).toBeGreaterThan(2 * 15 * 60_000)
  expect(maxSilenceMs('ON_TRIP')).toBeLessThanOrEqual(120_000)
})
