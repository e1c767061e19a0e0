import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { parse } from 'graphql'
import { defaultLimits } from '../src/core/limits.ts'
import { planOperation } from '../src/operation/operation.ts'
import { readGraph } from '../src/supergraph/graph.ts'
import { startGraph, supergraphOf, type TestGraph, type TestSubgraph } from './graph.ts'

const library: TestSubgraph = {
  sdl: `
    type Query {
      book(id: ID!): Book
      books(first: Int, last: Int): [Book!]! @listSize(slicingArguments: ["first", "last"])
      shelf(first: Int = 3): Shelf @listSize(slicingArguments: ["first"], sizedFields: ["books"])
      some: [Book!]!
      rows: [[Book!]!]!
      few: [Book!]! @listSize(assumedSize: 2)
      maybe(first: Int): [Book!]!
        @listSize(assumedSize: 4, slicingArguments: ["first"], requireOneSlicingArgument: false)
      numbers(first: Int): [Int!]! @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false)
      dear: Int @cost(weight: 7)
      free: Book @cost(weight: -5)
      found: [Found!]! @listSize(assumedSize: 1)
      filtered(by: Filter, tags: [Tag!]): Int
      weighed(by: Int @cost(weight: 4)): Int
      person: Person
    }
    type Mutation { lend(id: ID!): Book }
    type Subscription { returned: Book }
    type Shelf { label: String  books: [Book!]! }
    type Book @key(fields: "id") { id: ID! title: String author: Person }
    type Person @key(fields: "id") @cost(weight: 3) { id: ID! }
    type Film { id: ID! title: String minutes: Int @cost(weight: 2) }
    union Found = Book | Film
    input Filter { deep: Filter  many: [Filter!]  text: String @cost(weight: 5) }
    scalar Tag @cost(weight: 2)
  `,
  resolvers: {
    Query: { numbers: () => [1], some: () => [], books: () => [], dear: () => 1, weighed: () => 1 },
    Book: { __resolveReference: (reference: unknown) => reference },
    Person: { __resolveReference: (reference: unknown) => reference },
    Found: { __resolveType: () => 'Book' },
  },
}
const press: TestSubgraph = {
  sdl: `type Book @key(fields: "id") { id: ID! reviews: [Review!]! @listSize(assumedSize: 5) }  type Review { text: String by: Person }
    type Person @key(fields: "id") { id: ID! name: String }`,
  resolvers: { Book: { __resolveReference: (reference: unknown) => reference, reviews: () => [] } },
}

const graph = readGraph(supergraphOf({ library, press }))

function estimate(text: string, variables: Record<string, unknown> = {}) {
  const document = parse(text)
  const [definition] = document.definitions
  if (definition?.kind !== 'OperationDefinition') throw new Error('the operation comes first')
  return planOperation(graph, document, definition, defaultLimits).estimate(variables)
}
const points = (text: string, variables?: Record<string, unknown>) => {
  const estimated = estimate(text, variables)
  return estimated.ok ? estimated.cost.points : estimated.errors
}

describe('the cost of an operation', () => {
  it.each([
    ['an object costs one, its leaves nothing', '{ book(id: 1) { id title } }', 1],
    ['a mutation ten more', 'mutation { lend(id: 1) { id } }', 11],
    ['a subscription what one event does', 'subscription { returned { id author { id } } }', 4],
    ['introspection nothing', '{ __schema { types { name } } __typename }', 0],
    ['a list of unknown length ten of its items', '{ some { id } }', 10],
    ['a list of lists ten times ten', '{ rows { id } }', 100],
    ['a list as many items as it is assumed to have', '{ few { id } }', 2],
    ['as it is asked for', '{ books(first: 30) { id author { id } } }', 120],
    ['or asked from the end', '{ books(last: 2) { id } }', 2],
    ['by default', '{ shelf { label books { id } } }', 4],
    ['the list below, not the object that it belongs to', '{ shelf(first: 7) { books { id } } }', 8],
    ['an assumed size where nothing is asked', '{ maybe { id } }', 4],
    ['and where less than nothing is', '{ maybe(first: -1) { id } }', 4],
    ['what its weight says', '{ dear }', 7],
    ['never less than nothing', '{ free { id } dear }', 7],
    ['the weight of its type', '{ person { id } }', 3],
    [
      'arguments by their objects and weights',
      '{ filtered(by: { deep: { text: "a" }, many: [{}, {}] }, tags: ["a", "b"]) }',
      13,
    ],
    ['an argument with a weight', '{ weighed(by: 1) }', 4],
    ['not one that is not given', '{ weighed }', 0],
    [
      'a field once, however often it is written',
      '{ few { id } ...F } fragment F on Query { few { title } few { author { id } } }',
      8,
    ],
    ['under each of its names', '{ a: few { id } b: few { id } }', 4],
    ['what of a union costs more', '{ found { ... on Book { x: title } ... on Film { x: title minutes } } }', 3],
    ['an entity once more where it is looked up', '{ few { reviews { text } } }', 2 * (1 + 1 + 5)],
    ['and each further one', '{ some { author { name } } }', 10 * (1 + 3 + 1)],
    ['under the name that the client gives', '{ mine: books(first: 3) { theirs: reviews { text } } }', 3 * (1 + 1 + 5)],
    ['nothing for what is skipped', '{ few @skip(if: true) { id } dear @include(if: false) }', 0],
  ])('is %s', (_, text, expected) => {
    expect(points(text)).toBe(expected)
  })

  it('is computed for the variables of each request', () => {
    const text = `query($n: Int = 6, $more: Boolean = false, $by: Filter) {
      books(first: $n) { id author @include(if: $more) { name } } dear @skip(if: $more) filtered(by: $by) }`
    expect(points(text, { n: 6, more: false })).toBe(6 + 7)
    expect(points(text, { n: 100, more: false, by: {} })).toBe(100 + 7 + 1)
    expect(points(text, { n: 100, more: true })).toBe(100 * (1 + 3 + 1))
  })

  it.each([
    ['none of its slicing arguments', '{ books { id } }', {}],
    ['two of them', '{ books(first: 1, last: 1) { id } }', {}],
    ['one that is null', '{ books(first: null) { id } }', {}],
    ['a variable without a value', 'query($n: Int) { books(first: $n) { id } }', {}],
  ])('cannot be told with %s, which is an error', (_, text, variables) => {
    expect(points(text, variables)).toEqual(['"books" needs exactly one of "first", "last".'])
  })

  it('is an error of its own for a list of leaves, which costs nothing at any length', () => {
    expect(points('{ numbers(first: 10000) }')).toBe(0)
    expect(points('{ numbers(first: 2147483647) }')).toEqual(['"numbers" may be asked for at most 10000 items.'])
  })
})

describe('an operation that costs too much', () => {
  const cheap = { ...defaultLimits, cost: 50 }
  const tooExpensive = {
    errors: [
      {
        message: expect.stringContaining('51 points; at most 50'),
        extensions: { code: 'COST_ESTIMATED_TOO_EXPENSIVE', cost: 51, limit: 50 },
      },
    ],
  }
  let enforcing: TestGraph
  let measuring: TestGraph
  let silent: TestGraph
  beforeAll(async () => {
    enforcing = await startGraph({ library, press }, { limits: cheap, production: true })
    measuring = await startGraph({ library, press }, { limits: cheap, costMode: 'measure' })
    silent = await startGraph(
      { plain: { sdl: 'type Query { xs: [X] } type X { ys: [X] }', resolvers: {} } },
      { limits: cheap },
    )
  })
  afterAll(() => Promise.all([enforcing.stop(), measuring.stop(), silent.stop()]))

  it('is refused with both numbers, before any request to a subgraph', async () => {
    expect(await enforcing.ask('{ books(first: 51) { id } }')).toEqual(tooExpensive)
    expect(enforcing.calls('library')).toHaveLength(0)
    expect(await enforcing.ask('{ books(first: 50) { id } }')).toEqual({ data: { books: [] } })
  })

  it('is only measured in measure mode', async () => {
    expect(await measuring.ask('{ books(first: 51) { id } }')).toEqual({ data: { books: [] } })
    const metrics = await (await fetch(measuring.url.replace('graphql', 'metrics'))).text()
    expect(metrics).toMatch(/holdfast_gateway_operation_cost_bucket\{le="100",type="query"\} [1-9]/)
  })

  it('is only measured where the supergraph declares no list sizes', async () => {
    expect(await silent.ask('{ xs { ys { __typename } } }')).toEqual({ data: { xs: null } })
  })

  it('a wrong slicing argument is explained outside production', async () => {
    const error = (message: string) => ({ errors: [{ message, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] })
    expect(await measuring.ask('{ books { id } }')).toEqual(error('"books" needs exactly one of "first", "last".'))
    expect(await enforcing.ask('{ books { id } }')).toEqual(error('The operation is not valid for this schema.'))
  })
})
