import { createLog } from '@holdfast/service/process'
import { describe, expect, it } from '@jest/globals'
import { GraphQLError } from 'graphql'
import { supergraphOf } from '../../test/graph.ts'
import { defaultLimits } from '../core/limits.ts'
import { readGraph } from '../supergraph/graph.ts'
import { plannedOperations } from './planned-operations.ts'

const graph = readGraph(supergraphOf({ a: { sdl: 'type Query { a: Boolean b: Boolean }', resolvers: {} } }))
const silent = createLog('test', 'silent')
const options = { limits: defaultLimits, production: false, log: silent }

describe('an operation that the planner refuses', () => {
  const refusing = {
    ...graph,
    plan: () => {
      throw new GraphQLError('Type "Hidden" has no field "secret"')
    },
  }

  it('is explained in development', () => {
    expect(plannedOperations(refusing, options).read('{ a }', undefined)).toMatchObject({
      errors: [{ message: 'Type "Hidden" has no field "secret"' }],
    })
  })

  it('reveals nothing in production, where the log has the reason with a shortened name', () => {
    const logged: unknown[] = []
    const log = { ...silent, warn: (entry: unknown) => void logged.push(entry) }
    const name = 'n'.repeat(1_000)
    const read = plannedOperations(refusing, { ...options, production: true, log: log as typeof silent }).read(
      `query ${name} { a }`,
      name,
    )
    expect(read).toEqual({
      ok: false,
      errors: [
        {
          message: 'The operation is not valid for this schema.',
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
        },
      ],
    })
    expect(logged).toEqual([{ operation: 'n'.repeat(100), reason: 'Type "Hidden" has no field "secret"' }])
  })
})

describe('the cache of plans', () => {
  it('is limited by its memory, with the operations of one document together', () => {
    const names = Array.from({ length: 20 }, (_, n) => `Q${n}`)
    const text = names.map((name) => `query ${name} { a }`).join(' ')
    const all = plannedOperations(graph, options)
    const some = plannedOperations(graph, options, 100_000)
    for (const each of [all, some]) {
      each.read('{ b }', undefined)
      for (const name of names.slice(0, 5)) expect(each.read(text, name).ok).toBe(true)
    }
    expect(all.known()).toHaveLength(6)
    expect(some.known()).toHaveLength(6)
    for (const name of names) expect(some.read(text, name).ok).toBe(true)
    expect(some.known().length).toBeLessThan(9)
  })

  it('is limited by its memory, with many documents of one operation each', () => {
    const one = plannedOperations(graph, options, 200_000)
    for (let n = 0; n < 200; n++) expect(one.read(`{ x${n}: a }`, undefined).ok).toBe(true)
    // A planned operation counts as some 12 kB, its text as some hundred bytes.
    expect(one.known().length).toBeGreaterThan(4)
    expect(one.known().length).toBeLessThan(20)
  })

  it('takes more memory the more variants there may be', () => {
    const read = (text: string) => {
      const one = plannedOperations(graph, options).read(text, undefined)
      return one.ok ? one.operation.bytes : Number.NaN
    }
    const one = read('query($x: Boolean!) { a @include(if: $x) b @skip(if: false) }')
    expect(read('query($x: Boolean!, $y: Boolean!) { a @include(if: $x) b @skip(if: $y) }')).toBeGreaterThan(
      one + 3_000,
    )
  })
})

it('an error in a document has its place', () => {
  expect(plannedOperations(graph, options).read('{\n  nothing\n}', undefined)).toMatchObject({
    errors: [{ locations: [{ line: 2, column: 3 }] }],
  })
})
