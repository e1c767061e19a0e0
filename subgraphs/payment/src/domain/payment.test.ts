import { describe, expect, it } from '@jest/globals'
import { moves, type PaymentState, states, wantedFor } from './payment.ts'

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })

describe('the moves', () => {
  const all = Object.values(moves)

  it('reach every state from the first', () => {
    const reached = new Set<PaymentState>(['AUTHORIZING'])
    for (const _ of states) {
      for (const { from, to } of all) if (from.some((state) => reached.has(state))) reached.add(to)
    }
    expect([...reached].sort()).toEqual([...states].sort())
  })

  it('end in CAPTURED, VOIDED or FAILED', () => {
    const left = new Set(all.flatMap(({ from }): readonly PaymentState[] => from))
    expect(states.filter((state) => !left.has(state))).toEqual(['CAPTURED', 'VOIDED', 'FAILED'])
  })
})

describe('what a fare asks of an authorisation', () => {
  it.each([
    [1, 2_000, 1],
    [2_000, 2_000, 2_000],
    [2_001, 2_000, 2_000],
  ])('of %d from %d is %d', (fare, authorised, amountMinor) => {
    expect(wantedFor(eur(fare), [], eur(authorised))).toEqual({
      kind: 'CAPTURE',
      amountMinor,
      fareMinor: fare,
      lines: [],
    })
  })

  it('is the release when there is nothing to pay', () => {
    expect(wantedFor(eur(0), [], eur(2_000))).toEqual({ kind: 'VOID' })
  })

  it('is an error in another currency', () => {
    expect(() => wantedFor({ amountMinor: 1, currency: 'CHF' }, [], eur(2_000))).toThrow('CHF')
  })
})
