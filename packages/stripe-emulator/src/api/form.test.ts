import { describe, expect, it } from '@jest/globals'
import { canonical, decodeForm } from './form.ts'

const plain = (encoded: string): unknown => JSON.parse(JSON.stringify(decodeForm(encoded)))

describe('a form', () => {
  it('nests by brackets', () => {
    expect(plain('a=1&b[c]=2&b[d][e]=3&l[]=x&l[]=y&n[0][k]=v&n[1][k]=w')).toEqual({
      a: '1',
      b: { c: '2', d: { e: '3' } },
      l: ['x', 'y'],
      n: [{ k: 'v' }, { k: 'w' }],
    })
  })

  it('decodes percent signs, plus and umlauts', () => {
    expect(plain('metadata%5Bplace%5D=K%C3%B6ln+S%C3%BCd&q=1%2B1')).toEqual({
      metadata: { place: 'Köln Süd' },
      q: '1+1',
    })
  })

  it.each(['a=1&a[b]=2', 'a[b]=2&a=1', `a${'[b]'.repeat(9)}=1`])(
    'that contradicts itself or nests too deep is none: %s',
    (form) => {
      expect(decodeForm(form)).toBeUndefined()
    },
  )

  it('cannot reach the prototype of anything', () => {
    decodeForm('__proto__[polluted]=1&constructor[prototype][polluted]=1')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('has one text for equal content', () => {
    const text = (encoded: string) => canonical(decodeForm(encoded) ?? {})
    expect(text('a=1&b[x]=2&b[y]=3')).toBe(text('b[y]=3&b[x]=2&a=1'))
    expect(text('l[]=1&l[]=2')).not.toBe(text('l[]=2&l[]=1'))
  })
})
