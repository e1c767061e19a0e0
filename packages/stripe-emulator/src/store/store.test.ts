import { describe, expect, it } from '@jest/globals'
import type Stripe from 'stripe'
import { type ListQuery, Store } from './store.ts'

const intent = (id: string, customer: string | null, metadata = {}) =>
  ({ object: 'payment_intent', id, customer, metadata }) as Stripe.PaymentIntent

function filled(): Store {
  const store = new Store({ seed: 'test', machineNow: () => 0 })
  put(
    store,
    intent('a', 'Ada', { trip: '1' }),
    intent('b', 'Bob', { trip: '1' }),
    intent('c', 'Ada'),
    intent('d', null, { trip: '2' }),
    intent('e', 'Ada', { trip: '1' }),
  )
  return store
}

const put = (store: Store, ...intents: Stripe.PaymentIntent[]) => store.transaction((tx) => tx.put(...intents))

const ids = (store: Store, query: ListQuery): string =>
  [...store.list('payment_intent', query)].map(({ id }) => id).join('')

describe('a list', () => {
  it.each<[ListQuery, string]>([
    [{ toward: 'newer' }, 'abcde'],
    [{ toward: 'older' }, 'edcba'],
    [{ toward: 'older', from: 'c' }, 'ba'],
    [{ toward: 'newer', from: 'c' }, 'de'],
    [{ toward: 'newer', from: 'nobody' }, ''],
    [{ toward: 'older', where: { customer: 'Ada' } }, 'eca'],
    [{ toward: 'newer', where: { customer: 'ada' } }, 'ace'],
    [{ toward: 'older', from: 'd', where: { customer: 'Ada' } }, 'ca'],
    [{ toward: 'newer', from: 'b', where: { customer: 'Ada' } }, 'ce'],
    [{ toward: 'newer', from: 'e', where: { customer: 'Ada' } }, ''],
    [{ toward: 'newer', where: { 'metadata[trip]': '1' } }, 'abe'],
    [{ toward: 'newer', where: { customer: 'Eve' } }, ''],
    [{ toward: 'newer', where: { colour: 'red', customer: undefined } }, 'abcde'],
  ])('%j', (query, expected) => {
    expect(ids(filled(), query)).toBe(expected)
  })

  it('finds changed records in their old place, by their new values', () => {
    const store = filled()
    put(store, intent('b', 'Ada', { trip: '2' }), intent('c', 'Bob'))
    expect(ids(store, { toward: 'newer' })).toBe('abcde')
    expect(ids(store, { toward: 'newer', where: { customer: 'Ada' } })).toBe('abe')
    expect(ids(store, { toward: 'older', where: { customer: 'Bob' } })).toBe('c')
    expect(ids(store, { toward: 'newer', where: { 'metadata[trip]': '2' } })).toBe('bd')
  })

  it('leaves out what was removed, at either end and between', () => {
    const store = filled()
    store.transaction((tx) => {
      for (const id of ['a', 'c', 'e', 'nobody']) tx.remove('payment_intent', id)
    })
    expect(ids(store, { toward: 'newer' })).toBe('bd')
    expect(ids(store, { toward: 'older' })).toBe('db')
    expect(ids(store, { toward: 'newer', where: { customer: 'Ada' } })).toBe('')
    put(store, intent('a', 'Ada'))
    expect(ids(store, { toward: 'older' })).toBe('adb')
    expect(store.find('payment_intent', 'a')?.customer).toBe('Ada')
  })
})

describe('a transaction', () => {
  it('that throws leaves nothing behind', () => {
    const store = filled()
    const broken = () =>
      store.transaction((tx) => {
        tx.put(intent('f', 'Ada'))
        tx.remove('payment_intent', 'a')
        throw new Error('broken')
      })
    expect(broken).toThrow('broken')
    expect(ids(store, { toward: 'newer' })).toBe('abcde')
  })
})
