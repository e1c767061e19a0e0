import type { CommandAction, LockState } from '@holdfast/contracts'
import { statesBefore } from '@holdfast/service/domain'
import { describe, expect, it } from '@jest/globals'
import {
  bounded,
  commandMoves,
  commandStates,
  effectOf,
  openStates,
  purposes,
  rulesOf,
  type Situation,
} from './command.ts'

const at = (seconds: number) => new Date(seconds * 1_000)

describe('the moves of a command', () => {
  it.each(commandStates.flatMap((a) => commandStates.map((b) => [a, b] as const)))('from %s to %s', (a, b) => {
    const allowed = commandMoves.some((move) => move.from === a && move.to === b)
    const open = openStates.includes(a)
    const onward = commandStates.indexOf(b) > commandStates.indexOf(a)
    // Open ones go forward; of the settled ones only a timed-out command can turn out to be executed.
    const late = a === 'TIMED_OUT' && b === 'EXECUTED'
    expect(allowed).toBe((open && onward) || late)
  })

  it('never sends again what has an ack', () => {
    expect(statesBefore(commandMoves, 'send')).toEqual(['REQUESTED'])
  })
})

it('leaves the lock as the action moves it', () => {
  const moved: Record<CommandAction, LockState | null> = { UNLOCK: 'UNLOCKED', LOCK: 'LOCKED' }
  for (const purpose of purposes) expect(rulesOf[purpose].lockAfter).toBe(moved[rulesOf[purpose].action])
})

it('locks a vehicle again only after a command that unlocks it', () => {
  for (const purpose of purposes) {
    const { lockAfter, withoutTrip } = rulesOf[purpose]
    if (withoutTrip === 'SECURE') expect(lockAfter).toBe('UNLOCKED')
  }
})

describe('effectOf', () => {
  const fresh: Situation = { bookingTrip: 'NONE', vehicleOnTrip: false, anotherCommandMovesLock: false }

  it.each([
    ['an unlocked vehicle begins the trip of a booking that starts', 'START_TRIP', fresh, true, 'BEGIN_TRIP'],
    ['an unlocked vehicle is locked when the booking is not live', 'START_TRIP', fresh, false, 'SECURE'],
    [
      'the second unlocking for the same trip changes nothing',
      'START_TRIP',
      { ...fresh, bookingTrip: 'RUNNING', vehicleOnTrip: true },
      false,
      'NONE',
    ],
    ["another rider's trip is not ended", 'START_TRIP', { ...fresh, vehicleOnTrip: true }, false, 'NONE'],
    [
      'an open command decides how the lock is to be',
      'START_TRIP',
      { ...fresh, anotherCommandMovesLock: true },
      false,
      'NONE',
    ],
    [
      'a locked vehicle ends the trip',
      'END_TRIP',
      { ...fresh, bookingTrip: 'RUNNING', vehicleOnTrip: true },
      false,
      'END_TRIP',
    ],
    ['a trip ends once', 'END_TRIP', { ...fresh, bookingTrip: 'ENDED' }, false, 'NONE'],
    ['nothing follows when a vehicle was secured', 'SECURE', fresh, false, 'NONE'],
  ] as const)('%s', (_, purpose, situation, starts, effect) => {
    expect(effectOf(purpose, situation, starts)).toBe(effect)
  })
})

it.each([
  ['a clock that is behind', 0, 10],
  ['a clock that agrees', 15, 15],
  ['a clock that is ahead', 99, 20],
])('an instant of %s stays between the request and now', (_, reported, expected) => {
  expect(bounded(at(reported), at(10), at(20))).toEqual(at(expected))
})
