import { expect, it } from '@jest/globals'
import { Lru } from './lru.ts'

it('keeps what was used last, up to its weight', () => {
  const lru = new Lru<number>(10)
  lru.set('a', 1, 4)
  lru.set('b', 2, 4)
  lru.get('a')
  lru.set('c', 3, 4)
  expect([...lru.keys()]).toEqual(['a', 'c'])
  expect(lru.get('b')).toBeUndefined()
})

it('replaces with the new weight', () => {
  const lru = new Lru<number>(10)
  lru.set('a', 1, 9)
  lru.set('a', 2, 1)
  lru.set('b', 3, 9)
  expect([lru.get('a'), lru.get('b')]).toEqual([2, 3])
})

it('does not empty itself for what is too heavy', () => {
  const lru = new Lru<number>(10)
  lru.set('a', 1, 9)
  lru.set('b', 2, 11)
  expect([...lru.keys()]).toEqual(['a'])
})
