import { createLog } from '@holdfast/service/process'
import { describe, expect, it } from '@jest/globals'
import { GraphQLError } from 'graphql'
import { supergraphOf } from '../../test/graph.ts'
import { readGraph } from '../supergraph/graph.ts'
import { documents } from './documents.ts'
import { defaultLimits } from './limits.ts'

const graph = readGraph(supergraphOf({ a: { sdl: 'type Query { a: Boolean b: Boolean }', resolvers: {} } }))
const silent = createLog('test', 'silent')
const options = { limits: defaultLimits, closed: false, counted: () => undefined, log: silent }

describe('an operation that the planner refuses', () => {
  const refusing = {
    ...graph,
    plan: () => {
      throw new GraphQLError('Type "Hidden" has no field "secret"')
    },
  }

  it('is explained in development', () => {
    expect(documents(refusing, options).read('{ a }', undefined)).toMatchObject({
      faults: [{ message: 'Type "Hidden" has no field "secret"' }],
    })
  })

  it('teaches nothing in production, where the log has the reason, with a name that is cut', () => {
    const logged: unknown[] = []
    const log = { ...silent, warn: (entry: unknown) => void logged.push(entry) }
    const name = 'n'.repeat(1_000)
    const read = documents(refusing, { ...options, closed: true, log: log as typeof silent }).read(
      `query ${name} { a }`,
      name,
    )
    expect(read).toEqual({
      ok: false,
      faults: [
        {
          message: 'The operation is not valid for this schema.',
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
        },
      ],
    })
    expect(logged).toEqual([{ operation: 'n'.repeat(100), reason: 'Type "Hidden" has no field "secret"' }])
  })
})

describe('what is kept planned', () => {
  it('is bounded by what it takes, the operations of one document together', () => {
    const names = Array.from({ length: 20 }, (_, n) => `Q${n}`)
    const text = names.map((name) => `query ${name} { a }`).join(' ')
    const all = documents(graph, options)
    const some = documents(graph, options, 100_000)
    for (const each of [all, some]) {
      each.read('{ b }', undefined)
      for (const name of names.slice(0, 5)) expect(each.read(text, name).ok).toBe(true)
    }
    expect(all.known()).toHaveLength(6)
    expect(some.known()).toHaveLength(6)
    for (const name of names) expect(some.read(text, name).ok).toBe(true)
    expect(some.known().length).toBeLessThan(9)
  })

  it('weighs more the more variants of it there may be', () => {
    const read = (text: string) => {
      const one = documents(graph, options).read(text, undefined)
      return one.ok ? one.operation.weight : Number.NaN
    }
    const one = read('query($x: Boolean!) { a @include(if: $x) b @skip(if: false) }')
    expect(read('query($x: Boolean!, $y: Boolean!) { a @include(if: $x) b @skip(if: $y) }')).toBeGreaterThan(
      one + 3_000,
    )
  })
})

it('a fault of a document is told with its place', () => {
  expect(documents(graph, options).read('{\n  nothing\n}', undefined)).toMatchObject({
    faults: [{ locations: [{ line: 2, column: 3 }] }],
  })
})
