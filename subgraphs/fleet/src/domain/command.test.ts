import { describe, expect, it } from '@jest/globals'
import {
  bounded,
  type Command,
  canHear,
  commandMoves,
  commandStates,
  effectOf,
  from,
  mayOpen,
  openStates,
} from './command.ts'

const at = (seconds: number) => new Date(seconds * 1_000)

describe('the moves of a command', () => {
  it.each(commandStates.flatMap((a) => commandStates.map((b) => [a, b] as const)))('from %s to %s', (a, b) => {
    const allowed = commandMoves.some((move) => move.from === a && move.to === b)
    const open = (openStates as readonly string[]).includes(a)
    const onward = commandStates.indexOf(b) > commandStates.indexOf(a)
    // Open ones go forward; of the settled only a time-out can turn out to have been obeyed.
    const late = a === 'TIMED_OUT' && b === 'EXECUTED'
    expect(allowed).toBe((open && onward) || late)
  })

  it('never sends twice what has an answer', () => {
    expect(from('send')).toEqual(['REQUESTED'])
  })
})

describe('mayOpen', () => {
  const booking = { state: 'CONFIRMED', vehicleId: 'v', expiresAt: at(100) }

  it.each([
    ['opens for a confirmed booking in time', booking, 99, null],
    ['not at the very moment it runs out', booking, 100, { kind: 'ConfirmationExpired', expiredAt: at(100) }],
    ['not without payment', { ...booking, state: 'HELD' }, 1, { kind: 'BookingNotConfirmed', state: 'HELD' }],
    [
      'not twice',
      { ...booking, state: 'ACTIVE', expiresAt: null },
      1,
      { kind: 'BookingNotConfirmed', state: 'ACTIVE' },
    ],
    ['not for anybody else', null, 1, { kind: 'BookingNotFound' }],
  ])('%s', (_, access, seconds, refusal) => {
    const outcome = mayOpen(access, at(seconds))
    expect(outcome).toEqual(refusal ? { ok: false, refusal } : { ok: true, value: access })
  })
})

describe('canHear', () => {
  const vehicle = { contact: 'ONLINE', lastSeenAt: at(5), epoch: 'boot' } as const
  const command = { id: 'c' } as Command

  it('binds the command to the boot it can hear it in', () => {
    expect(canHear(vehicle, null)).toEqual({ ok: true, value: { epoch: 'boot' } })
  })

  it.each([
    [{ ...vehicle, contact: 'LOST' as const }, null, { kind: 'VehicleUnreachable', lastSeenAt: at(5) }],
    [{ ...vehicle, epoch: null }, null, { kind: 'VehicleUnreachable', lastSeenAt: at(5) }],
    [vehicle, command, { kind: 'CommandUnderWay', command }],
  ])('refuses %j', (state, open, refusal) => {
    expect(canHear(state, open)).toEqual({ ok: false, refusal })
  })
})

describe('effectOf', () => {
  const fresh = { tripOfBookingExists: false, tripRuns: false, anotherIsOpen: false }

  it.each([
    ['an opened lock begins the trip of a booking that starts', 'START_TRIP', fresh, true, 'BEGIN_TRIP'],
    ['an opened lock is closed when the booking is over', 'START_TRIP', fresh, false, 'SECURE'],
    [
      'the second answer for the same trip changes nothing',
      'START_TRIP',
      { ...fresh, tripOfBookingExists: true, tripRuns: true },
      false,
      'NONE',
    ],
    ["somebody else's trip is not locked under them", 'START_TRIP', { ...fresh, tripRuns: true }, false, 'NONE'],
    [
      'a command under way decides how the lock is to be',
      'START_TRIP',
      { ...fresh, anotherIsOpen: true },
      false,
      'NONE',
    ],
    [
      'a closed lock ends the trip',
      'END_TRIP',
      { ...fresh, tripOfBookingExists: true, tripRuns: true },
      false,
      'END_TRIP',
    ],
    ['a trip ends once', 'END_TRIP', { ...fresh, tripOfBookingExists: true }, false, 'NONE'],
    ['a secured lock is just that', 'SECURE', fresh, false, 'NONE'],
  ] as const)('%s', (_, purpose, situation, starts, effect) => {
    expect(effectOf(purpose, situation, starts)).toBe(effect)
  })
})

it.each([
  ['a clock that is behind', 0, 10],
  ['a clock that agrees', 15, 15],
  ['a clock that is ahead', 99, 20],
])('an instant of %s stays between asking and now', (_, said, taken) => {
  expect(bounded(at(said), at(10), at(20))).toEqual(at(taken))
})
