import { describe, expect, it } from '@jest/globals'
import {
  forgiven,
  heardConnection,
  laterConnection,
  longestSilence,
  type Said,
  shownState,
  speaksAgain,
} from './contact.ts'

const at = (seconds: number) => new Date(seconds * 1_000)
const online = { contact: 'ONLINE', contactChangedAt: at(100), epoch: 'one' } as const
const lost = { ...online, contact: 'LOST' } as const
const never = { contact: 'LOST', contactChangedAt: at(0), epoch: null } as const
const birth = (given: Partial<Said> = {}): Said => ({
  online: true,
  epoch: 'one',
  at: at(200),
  heardAt: at(200),
  retained: false,
  ...given,
})
const will = (given: Partial<Said> = {}) => birth({ online: false, ...given })

describe('heardConnection', () => {
  it.each([
    ['a first birth', never, birth(), { contact: 'ONLINE', epoch: 'one' }],
    ['a new boot', online, birth({ epoch: 'two' }), { contact: 'ONLINE', epoch: 'two' }],
    ['a reconnect within the boot', lost, birth(), { contact: 'ONLINE', epoch: 'one' }],
    ['a reconnect that was never missed', online, birth(), null],
    ['the will', online, will(), { contact: 'LOST', epoch: 'one' }],
    ['the will of an earlier boot', online, will({ epoch: 'zero' }), null],
    ['the will again', lost, will(), null],
    ['the will of a vehicle never heard', never, will(), null],
    ['an old birth that the broker remembers', lost, birth({ retained: true, at: at(90) }), null],
    [
      'a birth that was missed and is remembered',
      lost,
      birth({ retained: true, at: at(110) }),
      { contact: 'ONLINE', epoch: 'one' },
    ],
    ['a will that was missed and is remembered', online, will({ retained: true }), { contact: 'LOST', epoch: 'one' }],
  ])('%s', (_, known, said, heard) => {
    expect(heardConnection(known, said)).toEqual(heard)
  })
})

it('of two messages the later counts, but never the late will of an earlier boot', () => {
  const reborn = birth({ epoch: 'two' })
  expect(laterConnection(undefined, reborn)).toBe(reborn)
  expect(laterConnection(birth(), reborn)).toBe(reborn)
  expect(laterConnection(reborn, will({ epoch: 'one' }))).toBe(reborn)
  const gone = will({ epoch: 'two' })
  expect(laterConnection(reborn, gone)).toBe(gone)
})

it('a word that was said after the contact was lost brings it back; an earlier one does not', () => {
  expect(speaksAgain(lost, { epoch: 'one', heardAt: at(101) })).toBe(true)
  expect(speaksAgain(lost, { epoch: 'one', heardAt: at(99) })).toBe(false)
  expect(speaksAgain(lost, { epoch: 'zero', heardAt: at(101) })).toBe(false)
  expect(speaksAgain(online, { epoch: 'one', heardAt: at(101) })).toBe(false)
})

it('forgives a silence for its grace and not longer', () => {
  expect(forgiven(lost, at(399.9), 300_000)).toBe(true)
  expect(forgiven(lost, at(400), 300_000)).toBe(false)
  expect(forgiven(online, at(9_999), 0)).toBe(true)
})

it('shows a parked vehicle as out of contact after its grace, and one in use as what it is', () => {
  const show = (state: 'AVAILABLE' | 'NON_OPERATIONAL' | 'RESERVED' | 'ON_TRIP') =>
    shownState({ ...lost, state }, at(1_000), 300_000)
  expect([show('AVAILABLE'), show('NON_OPERATIONAL')]).toEqual(['NON_CONTACTABLE', 'NON_CONTACTABLE'])
  expect([show('RESERVED'), show('ON_TRIP')]).toEqual(['RESERVED', 'ON_TRIP'])
})

it('lets parked vehicles be silent far longer than riding ones', () => {
  expect(longestSilence('AVAILABLE')).toBeGreaterThan(2 * 15 * 60_000)
  expect(longestSilence('ON_TRIP')).toBeLessThanOrEqual(120_000)
})
