import { isFinal } from '@holdfast/service/domain'
import { describe, expect, it } from '@jest/globals'
import { actionAfterBooking, moves, type PaymentState, states } from './payment.ts'

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })

describe('the moves', () => {
  it('reach every state from the first', () => {
    const reached = new Set<PaymentState>(['AUTHORIZING'])
    for (const _ of states) for (const { from, to } of moves) if (reached.has(from)) reached.add(to)
    expect([...reached].sort()).toEqual([...states].sort())
  })

  it('end in CAPTURED, VOIDED or FAILED', () => {
    expect(states.filter((state) => isFinal(moves, state))).toEqual(['CAPTURED', 'VOIDED', 'FAILED'])
  })
})

describe('the action after a completed booking', () => {
  it.each([
    [1, 2_000, 1],
    [2_000, 2_000, 2_000],
    [2_001, 2_000, 2_000],
  ])('for a fare of %d and an authorisation of %d captures %d', (fare, authorised, amountMinor) => {
    expect(actionAfterBooking(eur(fare), [], eur(authorised))).toEqual({
      kind: 'CAPTURE',
      amountMinor,
      fareMinor: fare,
      lines: [],
    })
  })

  it('is to void when there is nothing to pay', () => {
    expect(actionAfterBooking(eur(0), [], eur(2_000))).toEqual({ kind: 'VOID' })
  })

  it('is an error when the currencies differ', () => {
    expect(() => actionAfterBooking({ amountMinor: 1, currency: 'CHF' }, [], eur(2_000))).toThrow('CHF')
  })
})
