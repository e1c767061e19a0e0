import { describe, expect, it } from '@jest/globals'
import { copy, type JsonObject, merge } from './json.ts'

const merged = (target: JsonObject, source: JsonObject) => {
  merge(target, source)
  return target
}

describe('merging results', () => {
  it('goes into objects and lists, item by item', () => {
    expect(merged({ a: { b: 1 }, c: [{ d: 1 }, { d: 2 }] }, { a: { e: 2 }, c: [{ f: 1 }, { f: 2 }], g: 3 })).toEqual({
      a: { b: 1, e: 2 },
      c: [
        { d: 1, f: 1 },
        { d: 2, f: 2 },
      ],
      g: 3,
    })
  })

  it('does not let null take an object away', () => {
    expect(merged({ a: { b: 1 }, c: [{ d: 1 }], e: 1 }, { a: null, c: [null], e: null })).toEqual({
      a: { b: 1 },
      c: [{ d: 1 }],
      e: null,
    })
  })

  it('reaches no prototype', () => {
    const source: JsonObject = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')
    const target = merged({}, source)
    expect(Object.getPrototypeOf(target)).toBe(Object.prototype)
    expect(({} as JsonObject)['polluted']).toBeUndefined()
    expect(Object.keys(copy(source))).toEqual(['constructor'])
  })
})
