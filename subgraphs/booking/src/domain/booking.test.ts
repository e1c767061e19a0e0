import type { BookingState } from '@holdfast/contracts'
import { describe, expect, it } from '@jest/globals'
import { type Booking, cancel, complete, extend, isLive, liveStates, moves, states } from './booking.ts'

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
const now = new Date('2026-11-21T10:00:00Z')
const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000)
const common = {
  id: '5a9c6a0e-0000-4000-8000-000000000001',
  customerId: '5a9c6a0e-0000-4000-8000-000000000002',
  items: [
    {
      vehicleId: null,
      price: { unlock: eur(100), perMinute: eur(25), cap: eur(2_500), authorisation: eur(2_500) },
    },
  ],
  authorisation: eur(2_500),
  createdAt: at(-200),
  extended: false,
  holdExpiresAt: at(100),
}

const inState: { [S in BookingState]: Booking & { state: S } } = {
  HELD: { ...common, state: 'HELD', expiresAt: at(100) },
  PROCESSING: { ...common, state: 'PROCESSING', expiresAt: at(250) },
  CONFIRMED: { ...common, state: 'CONFIRMED', expiresAt: at(500) },
  NEEDS_REVIEW: { ...common, state: 'NEEDS_REVIEW' },
  ACTIVE: { ...common, state: 'ACTIVE', startedAt: at(-100) },
  COMPLETED: {
    ...common,
    state: 'COMPLETED',
    startedAt: at(-100),
    endedAt: at(-10),
    fare: { total: eur(0), lines: [] },
  },
  CANCELLED: { ...common, state: 'CANCELLED', reason: 'CUSTOMER' },
  EXPIRED: { ...common, state: 'EXPIRED' },
}
const but = (...except: BookingState[]) =>
  states.filter((state) => !except.includes(state)).map((state) => inState[state])

describe('the moves', () => {
  it('reach every state from HELD', () => {
    const reached = new Set<BookingState>(['HELD'])
    for (const _ of states) for (const { from, to } of moves) if (reached.has(from)) reached.add(to)
    expect([...reached].sort()).toEqual([...states].sort())
  })

  it('end in COMPLETED, CANCELLED and EXPIRED and nowhere else', () => {
    expect(states.filter((state) => !isLive(state))).toEqual(['COMPLETED', 'CANCELLED', 'EXPIRED'])
  })

  it('keep a booking live until it ends', () => {
    expect(liveStates).toEqual(['HELD', 'PROCESSING', 'CONFIRMED', 'ACTIVE', 'NEEDS_REVIEW'])
  })
})

describe('extending', () => {
  it('adds the seconds to the end of the hold', () => {
    expect(extend(inState.HELD, 300, now)).toEqual({ ok: true, value: at(400) })
  })
  it('is refused the second time', () => {
    expect(extend({ ...inState.HELD, extended: true }, 300, now)).toEqual({
      ok: false,
      refusal: { kind: 'AlreadyExtended' },
    })
  })
  it.each([at(100), at(101)])('is refused once the hold has run out', (late) => {
    const refusal = { kind: 'HoldExpired', expiredAt: at(100) }
    expect(extend(inState.HELD, 300, late)).toEqual({ ok: false, refusal })
    expect(extend(inState.EXPIRED, 300, late)).toEqual({ ok: false, refusal })
  })
  it.each(but('HELD', 'EXPIRED'))('is refused when it is $state', (booking) => {
    expect(extend(booking, 300, now)).toEqual({ ok: false, refusal: { kind: 'WrongState', state: booking.state } })
  })
})

describe('cancelling', () => {
  it.each([inState.HELD, inState.CONFIRMED])('ends a booking that is $state', (booking) => {
    expect(cancel(booking)).toEqual({ ok: true, value: true })
  })
  it('has nothing to do the second time', () => {
    expect(cancel(inState.CANCELLED)).toEqual({ ok: true, value: false })
  })
  it.each(but('HELD', 'CONFIRMED', 'CANCELLED'))('is refused when it is $state', (booking) => {
    expect(cancel(booking)).toEqual({ ok: false, refusal: { kind: 'WrongState', state: booking.state } })
  })
})

describe('completing', () => {
  it('costs the time since the start', () => {
    const outcome = complete(inState.ACTIVE, now)
    expect(outcome.ok && outcome.value.total).toEqual(eur(150))
  })
  it.each(but('ACTIVE'))('is refused when it is $state', (booking) => {
    expect(complete(booking, now)).toEqual({ ok: false, refusal: { kind: 'WrongState', state: booking.state } })
  })
})
