import { describe, expect, it } from '@jest/globals'
import { Shelf, type Walk } from './shelf.ts'

interface Thing {
  readonly id: string
  readonly owner: string | null
  readonly metadata: Readonly<Record<string, string>>
}

const thing = (id: string, owner: string | null, metadata = {}): Thing => ({ id, owner, metadata })

function filled(): Shelf<Thing> {
  const shelf = new Shelf<Thing>(['owner', 'metadata'])
  shelf.put(thing('a', 'Ada', { trip: '1' }))
  shelf.put(thing('b', 'Bob', { trip: '1' }))
  shelf.put(thing('c', 'Ada'))
  shelf.put(thing('d', null, { trip: '2' }))
  shelf.put(thing('e', 'Ada', { trip: '1' }))
  return shelf
}

const ids = (shelf: Shelf<Thing>, walk: Walk): string => [...shelf.walk(walk)].map(({ id }) => id).join('')

describe('a walk', () => {
  it.each<[Walk, string]>([
    [{ toward: 'newer' }, 'abcde'],
    [{ toward: 'older' }, 'edcba'],
    [{ toward: 'older', from: 'c' }, 'ba'],
    [{ toward: 'newer', from: 'c' }, 'de'],
    [{ toward: 'newer', from: 'nobody' }, ''],
    [{ toward: 'older', where: { owner: 'Ada' } }, 'eca'],
    [{ toward: 'newer', where: { owner: 'ada' } }, 'ace'],
    [{ toward: 'older', from: 'd', where: { owner: 'Ada' } }, 'ca'],
    [{ toward: 'newer', from: 'b', where: { owner: 'Ada' } }, 'ce'],
    [{ toward: 'newer', from: 'e', where: { owner: 'Ada' } }, ''],
    [{ toward: 'newer', where: { 'metadata[trip]': '1' } }, 'abe'],
    [{ toward: 'newer', where: { owner: 'Eve' } }, ''],
    [{ toward: 'newer', where: { colour: 'red', owner: undefined } }, 'abcde'],
  ])('%j', (walk, wanted) => {
    expect(ids(filled(), walk)).toBe(wanted)
  })

  it('finds what changed where it stood, by what it is now', () => {
    const shelf = filled()
    shelf.put(thing('b', 'Ada', { trip: '2' }))
    shelf.put(thing('c', 'Bob'))
    expect(ids(shelf, { toward: 'newer' })).toBe('abcde')
    expect(ids(shelf, { toward: 'newer', where: { owner: 'Ada' } })).toBe('abe')
    expect(ids(shelf, { toward: 'older', where: { owner: 'Bob' } })).toBe('c')
    expect(ids(shelf, { toward: 'newer', where: { 'metadata[trip]': '2' } })).toBe('bd')
  })

  it('passes over what was removed, at either end and between', () => {
    const shelf = filled()
    for (const id of ['a', 'c', 'e', 'nobody']) shelf.remove(id)
    expect(ids(shelf, { toward: 'newer' })).toBe('bd')
    expect(ids(shelf, { toward: 'older' })).toBe('db')
    expect(ids(shelf, { toward: 'newer', where: { owner: 'Ada' } })).toBe('')
    shelf.put(thing('a', 'Ada'))
    expect(ids(shelf, { toward: 'older' })).toBe('adb')
    expect(shelf.find('a')?.owner).toBe('Ada')
  })
})
