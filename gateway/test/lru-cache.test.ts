/** What the gateway relies on in lru-cache where entries have sizes. */
import { expect, it } from '@jest/globals'
import { LRUCache } from 'lru-cache'

const cache = () => new LRUCache<string, number>({ maxSize: 10 })

it('keeps what was used last, up to its size', () => {
  const lru = cache()
  lru.set('a', 1, { size: 4 })
  lru.set('b', 2, { size: 4 })
  lru.get('a')
  lru.set('c', 3, { size: 4 })
  expect([...lru.keys()]).toEqual(['c', 'a'])
  expect(lru.get('b')).toBeUndefined()
})

it('replaces with the new size', () => {
  const lru = cache()
  lru.set('a', 1, { size: 9 })
  lru.set('a', 2, { size: 1 })
  lru.set('b', 3, { size: 9 })
  expect([lru.get('a'), lru.get('b')]).toEqual([2, 3])
})

it('keeps the old size of the same value, unless it is deleted first', () => {
  const lru = cache()
  lru.set('a', 1, { size: 1 })
  lru.set('a', 1, { size: 9 })
  expect(lru.calculatedSize).toBe(1)
  lru.delete('a')
  lru.set('a', 1, { size: 9 })
  expect(lru.calculatedSize).toBe(9)
})

it('does not empty itself for an entry that is too large', () => {
  const lru = cache()
  lru.set('a', 1, { size: 9 })
  lru.set('b', 2, { size: 11 })
  expect([...lru.keys()]).toEqual(['a'])
})
