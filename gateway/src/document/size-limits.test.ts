import { describe, expect, it } from '@jest/globals'
import { parse } from 'graphql'
import { defaultLimits } from '../core/limits.ts'
import { excess } from './size-limits.ts'

const limits = { ...defaultLimits, depth: 3, aliases: 2, rootFields: 3, directives: 2, fields: 8 }

describe('an operation', () => {
  it.each([
    ['{ a { b { c } } }', undefined],
    ['{ a { b { c { d } } } }', 'levels'],
    ['{ a { ...F } } fragment F on T { b { ... on U { c { d } } } }', 'levels'],
    ['{ ... { ... { ... { a } } } }', 'levels'],
    ['{ x: a y: a }', undefined],
    ['{ x: a ...F } fragment F on Query { y: a z: a }', 'aliases'],
    ['{ a b c d }', 'root fields'],
    ['{ ...F ... { c } } fragment F on Query { a b d }', 'root fields'],
    ['{ a @x @y ...F @z } fragment F on Query { b }', 'directives'],
    ['query @x { a @y @z }', 'directives'],
    ['query($v: Int @x @y) { a(v: $v) @z }', 'directives'],
    ['{ ...F @x } fragment F on Query @y @z { a }', 'directives'],
    ['{ ...F ...F } fragment F on Query @x @y { a }', 'directives'],
    ['{ a } fragment F on T { b { c { d { e } } } }', 'levels'],
    ['{ a } fragment F on T { b c d e f g h i j }', 'fields'],
    ['{ a { b c d e f g h i } }', 'fields'],
    ['{ a { ...F ...F ...F } } fragment F on T { b c d }', 'fields'],
    ['{ __schema { types { fields { type { name } } } } }', undefined],
    ['{ ...F } fragment F on Query { a ...F }', undefined],
    ['{ ...F } fragment F on Query { ...G } fragment G on Query { ...F b }', undefined],
    ['query A { a } query B { a { b { c { d } } } }', 'levels'],
  ])('%s', (text, what) => {
    expect(excess(parse(text), limits)?.limit).toBe(what)
  })

  it('that doubles with each fragment is measured without expanding it', () => {
    const fragments = Array.from({ length: 60 }, (_, n) => `fragment F${n} on T { ...F${n + 1} ...F${n + 1} }`)
    const text = `{ a { ...F0 } } ${fragments.join(' ')} fragment F60 on T { b }`
    expect(excess(parse(text), limits)?.limit).toBe('fields')
  })
})
