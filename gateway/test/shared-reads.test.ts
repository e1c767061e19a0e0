/** Reads that share one request, and reads that must not. */

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { startGraph, type TestGraph, type TestSubgraph } from './graph.ts'
import { startIssuer, type TestIssuer } from './tokens.ts'

let stock = 1
const slow: TestSubgraph = {
  sdl: 'type Query { stock: Int  plain(id: ID): Item } type Item { id: ID! name: String } type Mutation { take: Int }',
  resolvers: {
    Query: {
      stock: async () => {
        const read = stock
        await sleep(500)
        return read
      },
      plain: (_: unknown, { id }: { id: string }) => ({ id, name: `"errors" of ${id}` }),
    },
    Mutation: {
      take: () => {
        stock -= 1
        return stock
      },
    },
  },
}

let issuer: TestIssuer
let graph: TestGraph
beforeAll(async () => {
  issuer = await startIssuer()
  graph = await startGraph({ slow }, { tokenIssuer: issuer.tokenIssuer })
})
afterAll(async () => {
  await graph.stop()
  await issuer.stop()
})

it("concurrent identical reads of one viewer are one request; another viewer's is another", async () => {
  const authorization = `Bearer ${await issuer.token()}`
  for (const headers of [undefined, { authorization }]) await graph.ask('{ stock }', {}, headers)
  graph.forget()
  const answers = await Promise.all([
    ...Array.from({ length: 5 }, () => graph.ask('{ stock }')),
    ...Array.from({ length: 5 }, () => graph.ask('{ stock }', {}, { authorization })),
  ])
  expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set(['{"data":{"stock":1}}']))
  expect(graph.calls('slow')).toHaveLength(2)
})

it('a viewer does not get a read from before their write', async () => {
  const before = graph.ask('{ stock }')
  await sleep(50)
  expect(await graph.ask('mutation { take }')).toEqual({ data: { take: 0 } })
  expect(await graph.ask('{ stock }')).toEqual({ data: { stock: 0 } })
  expect(await before).toEqual({ data: { stock: 1 } })
})

it('one subgraph’s response to exactly the client’s selection is passed on unchanged', async () => {
  expect(await graph.ask('query($id: ID) { mine: plain(id: $id) { name id } }', { id: 'x' })).toEqual({
    data: { mine: { name: '"errors" of x', id: 'x' } },
  })
  graph.forget()
  await graph.ask('{ mine: plain(id: 1) { id } }')
  expect(graph.calls('slow')[0]?.query).toBe('{mine:plain(id:1){id}}')
})
