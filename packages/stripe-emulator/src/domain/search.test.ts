import { describe, expect, it } from '@jest/globals'
import type Stripe from 'stripe'
import { intentSearch } from './search.ts'

const intent = {
  id: 'pi_1',
  amount: 2_000,
  created: 1_700_000_000,
  currency: 'eur',
  customer: null,
  status: 'succeeded',
  metadata: { booking_id: "b'1", city: 'Frankfurt' },
} as unknown as Stripe.PaymentIntent

describe('a search', () => {
  it.each([
    [`status:'succeeded'`, true],
    [`status:'canceled'`, false],
    [`-status:'canceled'`, true],
    [`metadata['city']:'frankfurt'`, true],
    [`metadata["city"]~"furt"`, true],
    [`metadata['booking_id']:'b\\'1'`, true],
    [`metadata['none']:null`, true],
    [`metadata['city']:null`, false],
    [`metadata['none']:''`, false],
    ['amount>1999 AND amount<=2000', true],
    ['amount>2000 OR currency:"eur"', true],
    ['created<1700000000', false],
  ])('for %s finds it: %s', (query, found) => {
    const search = intentSearch(query)
    expect(search.ok && search.value.matches(intent)).toBe(found)
  })

  it.each([
    '',
    'status',
    `status:'a' status:'b'`,
    `status:'a' AND amount>1 OR amount<3`,
    `colour:'red'`,
    `status:'a' AND`,
  ])('for %p is refused', (query) => {
    expect(intentSearch(query)).toMatchObject({ ok: false, error: { status: 400, param: 'query' } })
  })

  it.each([
    [`metadata['a']:'x' AND status:'succeeded'`, { 'metadata[a]': 'x', status: 'succeeded' }],
    [`metadata['a']:'x' OR metadata['b']:'y'`, {}],
    [`-metadata['a']:'x' AND metadata['b']~'y' AND customer:null AND amount>1`, {}],
  ])('%p lets an index narrow it only by what all that fits have', (query, where) => {
    expect(intentSearch(query)).toMatchObject({ ok: true, value: { where } })
    const search = intentSearch(query)
    expect(search.ok && Object.keys(search.value.where)).toEqual(Object.keys(where))
  })
})
