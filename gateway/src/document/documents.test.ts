import { createLog } from '@holdfast/service'
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
