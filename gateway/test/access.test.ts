import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { startGraph, type TestGraph, type TestSubgraph } from './graph.ts'
import { startIssuer, type TestIssuer } from './tokens.ts'

const people: TestSubgraph = {
  sdl: `
    type Query {
      person: Person
      everybody: [Person!]!
      secret: String @authenticated
      vital: String! @requiresScopes(scopes: [["vital:read"]])
      thing: Thing
      things: [Thing!]!
    }
    type Mutation { fire: Boolean @requiresScopes(scopes: [["fire"]]) }
    type Person @key(fields: "id") {
      id: ID!
      name: String
      salary: Int @requiresScopes(scopes: [["hr", "read"], ["boss"]])
      file: File
    }
    type File @authenticated { text: String }
    interface Thing { id: ID! value: Int }
    type Car implements Thing { id: ID! value: Int @authenticated }
    type Bike implements Thing { id: ID! value: Int }
  `,
  resolvers: {
    Query: {
      person: () => ({ id: '1', name: 'Ann', salary: 9, file: { text: 'long' } }),
      everybody: () => ['1', '2'].map((id) => ({ id, name: `p${id}`, salary: 9 })),
      secret: () => 'told',
      vital: () => 'told',
      thing: () => ({ __typename: 'Car', id: 'c', value: 1 }),
      things: () => [
        { __typename: 'Car', id: 'c', value: 1 },
        { __typename: 'Bike', id: 'b', value: 2 },
      ],
    },
    Mutation: { fire: () => true },
  },
}
const phones: TestSubgraph = {
  sdl: `type Person @key(fields: "id") { id: ID! phone: String @authenticated }`,
  resolvers: { Person: { phone: ({ id }: { id: string }) => `+${id}` } },
}

let issuer: TestIssuer
let graph: TestGraph
beforeAll(async () => {
  issuer = await startIssuer()
  graph = await startGraph({ people, phones }, { tokenIssuer: issuer.tokenIssuer })
})
afterAll(async () => {
  await graph.stop()
  await issuer.stop()
})
beforeEach(() => graph.forget())

const as = async (scope: string) => ({ authorization: `Bearer ${await issuer.token({ scope })}` })
const refused = (path: readonly (string | number)[], code: string) => ({
  message: expect.any(String),
  path,
  extensions: { code },
})

describe('a field with access rules', () => {
  const query = '{ person { name salary phone file { text } } secret }'

  it('is null with an error for others, and its subgraph gets no request', async () => {
    expect(await graph.ask(query)).toEqual({
      errors: [['person', 'salary'], ['person', 'phone'], ['person', 'file'], ['secret']].map((path) =>
        refused(path, 'UNAUTHENTICATED'),
      ),
      data: { person: { name: 'Ann', salary: null, phone: null, file: null }, secret: null },
    })
    expect(graph.calls('phones')).toHaveLength(0)
    expect(graph.calls('people').map((call) => call.query)).toEqual(['{person{name}}'])
  })

  it('is visible to viewers with all scopes of any set', async () => {
    const all = { person: { name: 'Ann', salary: 9, phone: '+1', file: { text: 'long' } }, secret: 'told' }
    expect(await graph.ask(query, {}, await as('hr read'))).toEqual({ data: all })
    expect(await graph.ask(query, {}, await as('boss'))).toEqual({ data: all })
    expect(await graph.ask(query, {}, await as('hr'))).toEqual({
      errors: [refused(['person', 'salary'], 'FORBIDDEN')],
      data: { ...all, person: { ...all.person, salary: null } },
    })
  })

  it('makes its parent null when it must not be null', async () => {
    expect(await graph.ask('{ person { name } vital }')).toEqual({
      errors: [refused(['vital'], 'UNAUTHENTICATED')],
      data: null,
    })
  })

  it('is refused by every way of naming it', async () => {
    const hidden = 'fragment F on Person { ... { a: salary } ...G } fragment G on Person { b: phone }'
    const answer = await graph.ask(`{ everybody { name ...F } } ${hidden}`)
    expect(answer.data).toEqual({
      everybody: [
        { name: 'p1', a: null, b: null },
        { name: 'p2', a: null, b: null },
      ],
    })
    expect(graph.calls('phones')).toHaveLength(0)
  })

  it('is not run as a mutation', async () => {
    expect(await graph.ask('mutation { fire }')).toEqual({
      errors: [refused(['fire'], 'UNAUTHENTICATED')],
      data: { fire: null },
    })
    expect(graph.calls('people')).toHaveLength(0)
    expect(await graph.ask('mutation { fire }', {}, await as('fire'))).toEqual({ data: { fire: true } })
  })

  it('applies also when it is selected on an interface', async () => {
    expect(await graph.ask('{ things { id value ... on Bike { own: value } ... on Car { own: value } } }')).toEqual({
      errors: [
        refused(['things', 0, 'value'], 'UNAUTHENTICATED'),
        refused(['things', 0, 'own'], 'UNAUTHENTICATED'),
        refused(['things', 1, 'value'], 'UNAUTHENTICATED'),
      ],
      data: {
        things: [
          { id: 'c', value: null, own: null },
          { id: 'b', value: null, own: 2 },
        ],
      },
    })
  })
})
