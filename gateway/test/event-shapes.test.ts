/** Whatever the supergraph allows to be selected of an event. */
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals'
import type { Client } from 'graphql-ws'
import { startGraph, type TestGraph, type TestSubgraph } from './graph.ts'
import { until } from './until.ts'
import { subscribe, wsClient } from './websocket-client.ts'

const ride = (id: string, kind = 'Trip') => ({
  __typename: kind,
  id,
  minutes: 7,
  vehicles: [
    { id: `${id}v1`, weight: 10 },
    { id: `${id}v2`, weight: 20 },
  ],
  stops: [[{ place: { id: 'p1' } }], [{ place: { id: 'p2' } }, { place: { id: 'gone' } }]],
})

/** Streams rides, as lists, interfaces and unions. */
const rides: TestSubgraph = {
  sdl: `
    type Query { rides: Int }
    type Subscription {
      rode(kind: Kind! = TRIP, ids: [ID!]! = ["a"]): Ride
      several(filter: Filter): [Ride!]!
      anything: [Anything]!
      failing: Trip
    }
    enum Kind { TRIP ERRAND }
    input Filter { ids: [ID!]! = ["x", "y"] }
    interface Ride { id: ID! vehicles: [Vehicle!]! stops: [[Stop!]!]! }
    type Trip implements Ride @key(fields: "id") { id: ID! minutes: Int! vehicles: [Vehicle!]! stops: [[Stop!]!]! }
    type Errand implements Ride { id: ID! what: String! vehicles: [Vehicle!]! stops: [[Stop!]!]! }
    union Anything = Trip | Errand | Vehicle
    type Vehicle @key(fields: "id") { id: ID! weight: Int }
    type Stop { place: Place! }
    type Place @key(fields: "id") { id: ID! }
  `,
  resolvers: {
    Query: { rides: () => 1 },
    Subscription: {
      rode: {
        subscribe: async function* (_: unknown, { kind, ids }: { kind: string; ids: string[] }) {
          for (const id of ids)
            yield { rode: id === 'null' ? null : { ...ride(id, kind === 'TRIP' ? 'Trip' : 'Errand'), what: 'bread' } }
        },
      },
      several: {
        subscribe: async function* (_: unknown, { filter }: { filter?: { ids: string[] } }) {
          yield {
            several: (filter?.ids ?? []).map((id, index) => ({
              ...ride(id, index % 2 ? 'Errand' : 'Trip'),
              what: 'bread',
            })),
          }
        },
      },
      anything: {
        subscribe: async function* () {
          yield {
            anything: [
              ride('t'),
              null,
              { ...ride('e', 'Errand'), what: 'milk' },
              { __typename: 'Vehicle', id: 'v', weight: 3 },
            ],
          }
        },
      },
      failing: {
        subscribe: async function* () {
          yield { failing: ride('bad') }
        },
      },
    },
    Vehicle: { __resolveReference: (one: object) => one },
    Trip: { __resolveReference: ({ id }: { id: string }) => ride(id) },
  },
}

/** Knows what vehicles carry and where places are, two hops away for cities. */
const facts: TestSubgraph = {
  sdl: `
    type Query { facts: Int }
    type Vehicle @key(fields: "id") { id: ID! weight: Int @external freight(unit: String = "kg"): String @requires(fields: "weight") maker: Maker }
    type Maker @key(fields: "name") { name: String! }
    type Place @key(fields: "id") { id: ID! city: City }
    type City @key(fields: "code") { code: String! }
    type Trip @key(fields: "id") { id: ID! note: String! }
  `,
  resolvers: {
    Query: { facts: () => 1 },
    Vehicle: {
      __resolveReference: (one: object) => one,
      freight: ({ weight }: { weight: number }, { unit }: { unit: string }) => `${weight} ${unit}`,
      maker: ({ id }: { id: string }) => ({ name: `maker of ${id}` }),
    },
    Place: {
      __resolveReference: ({ id }: { id: string }) => (id === 'gone' ? null : { id }),
      city: ({ id }: { id: string }) => ({ code: `city of ${id}` }),
    },
    Trip: {
      __resolveReference: (one: object) => one,
      note: ({ id }: { id: string }) => {
        if (id === 'bad') throw new Error('no note')
        return `note of ${id}`
      },
    },
  },
}

const cities: TestSubgraph = {
  sdl: `
    type Query { cities: Int }
    type City @key(fields: "code") { code: String! name: String }
    type Maker @key(fields: "name") { name: String! country: String }
  `,
  resolvers: {
    Query: { cities: () => 1 },
    City: { __resolveReference: (one: object) => one, name: ({ code }: { code: string }) => code.toUpperCase() },
    Maker: { __resolveReference: (one: object) => one, country: () => 'DE' },
  },
}

let graph: TestGraph
const clients: Client[] = []
beforeAll(async () => {
  graph = await startGraph({ rides, facts, cities })
})
afterAll(() => graph.stop())
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose()
})

/** All events of a subscription that ends by itself. */
async function events(query: string, variables?: Record<string, unknown>) {
  const client = wsClient(graph.url)
  clients.push(client)
  const received = subscribe(client, query, variables)
  await until(() => received.end !== undefined)
  expect(received.end).toBe('completed')
  return received.events
}

it('lists of entities are completed by two subgraphs, one after the other', async () => {
  graph.forget()
  expect(await events('subscription { rode { vehicles { freight maker { country } } } }')).toEqual([
    {
      data: {
        rode: {
          vehicles: [
            { freight: '10 kg', maker: { country: 'DE' } },
            { freight: '20 kg', maker: { country: 'DE' } },
          ],
        },
      },
    },
  ])
  expect([graph.calls('facts').length, graph.calls('cities').length]).toEqual([1, 1])
})

it('lists in lists work, and deleted entities are null', async () => {
  expect(await events('subscription { rode { stops { place { city { name } } } } }')).toEqual([
    {
      data: {
        rode: {
          stops: [
            [{ place: { city: { name: 'CITY OF P1' } } }],
            [{ place: { city: { name: 'CITY OF P2' } } }, { place: { city: null } }],
          ],
        },
      },
    },
  ])
})

it('interfaces, with fragments on their types', async () => {
  const query = `
    subscription($kind: Kind!, $ids: [ID!]!) { rode(kind: $kind, ids: $ids) { __typename ...Any ... on Errand { what } ... on Trip { note minutes } } }
    fragment Any on Ride { id vehicles { ...Weighed } }
    fragment Weighed on Vehicle { t: freight(unit: "t") k: freight }`
  expect(await events(query, { kind: 'TRIP', ids: ['a', 'null'] })).toEqual([
    {
      data: {
        rode: {
          __typename: 'Trip',
          id: 'a',
          vehicles: [
            { t: '10 t', k: '10 kg' },
            { t: '20 t', k: '20 kg' },
          ],
          note: 'note of a',
          minutes: 7,
        },
      },
    },
    { data: { rode: null } },
  ])
  expect(await events(query, { kind: 'ERRAND', ids: ['b'] })).toEqual([
    {
      data: {
        rode: {
          __typename: 'Errand',
          id: 'b',
          vehicles: [
            { t: '10 t', k: '10 kg' },
            { t: '20 t', k: '20 kg' },
          ],
          what: 'bread',
        },
      },
    },
  ])
})

it('lists of interfaces as the event itself, with inputs and their defaults', async () => {
  const query = 'subscription($filter: Filter) { several(filter: $filter) { id ... on Trip { note } } }'
  expect(await events(query, { filter: {} })).toEqual([
    { data: { several: [{ id: 'x', note: 'note of x' }, { id: 'y' }] } },
  ])
  expect(await events(query, { filter: { ids: ['z'] } })).toEqual([
    { data: { several: [{ id: 'z', note: 'note of z' }] } },
  ])
})

it('lists of a union with nulls, each member with its own way on', async () => {
  const query = `subscription { anything {
    ... on Trip { n: note vehicles { maker { name } } }
    ... on Errand { what }
    ... on Vehicle { freight maker { country } }
  } }`
  expect(await events(query)).toEqual([
    {
      data: {
        anything: [
          { n: 'note of t', vehicles: [{ maker: { name: 'maker of tv1' } }, { maker: { name: 'maker of tv2' } }] },
          null,
          { what: 'milk' },
          { freight: '3 kg', maker: { country: 'DE' } },
        ],
      },
    },
  ])
})

it('@include and @skip by variables, around fields of other subgraphs and around fragments', async () => {
  const query = `subscription($far: Boolean!, $near: Boolean!) { rode {
    vehicles @include(if: $far) { freight @skip(if: $near) id }
    ... on Trip @include(if: $near) { note }
    id
  } }`
  graph.forget()
  expect(await events(query, { far: false, near: false })).toEqual([{ data: { rode: { id: 'a' } } }])
  expect(graph.calls('facts')).toHaveLength(0)
  expect(await events(query, { far: true, near: true })).toEqual([
    { data: { rode: { vehicles: [{ id: 'av1' }, { id: 'av2' }], note: 'note of a', id: 'a' } } },
  ])
  expect(await events(query, { far: true, near: false })).toEqual([
    {
      data: {
        rode: {
          vehicles: [
            { freight: '10 kg', id: 'av1' },
            { freight: '20 kg', id: 'av2' },
          ],
          id: 'a',
        },
      },
    },
  ])
})

it('a client may give fields any alias, also the names of other fields', async () => {
  expect(await events('subscription { id: rode { weight: id minutes: vehicles { weight: id id: freight } } }')).toEqual(
    [
      {
        data: {
          id: {
            weight: 'a',
            minutes: [
              { weight: 'av1', id: '10 kg' },
              { weight: 'av2', id: '20 kg' },
            ],
          },
        },
      },
    ],
  )
})

it('a fragment on the root', async () => {
  const query = 'subscription { ...Root } fragment Root on Subscription { ... { rode { note: id } } }'
  expect(await events(query)).toEqual([{ data: { rode: { note: 'a' } } }])
})

it('the root field must not depend on a condition, as GraphQL requires', async () => {
  const { errors } = await graph.ask('subscription($on: Boolean!) { rode @include(if: $on) { id } }', { on: true })
  expect(errors).toEqual([expect.objectContaining({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } })])
})

it('an error of another subgraph is at its place, and null rises as far as necessary', async () => {
  expect(await events('subscription { failing { id note } }')).toEqual([
    {
      data: { failing: null },
      errors: [
        expect.objectContaining({
          path: ['failing', 'note'],
          extensions: expect.objectContaining({ code: 'INTERNAL_SERVER_ERROR' }),
        }),
      ],
    },
  ])
})
