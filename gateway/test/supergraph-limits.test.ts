import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { parse, printSchema } from 'graphql'
import { defaultLimits } from '../src/core/limits.ts'
import { planOperation } from '../src/operation/operation.ts'
import { readGraph } from '../src/supergraph/graph.ts'

const graph = readGraph(await readFile(join(import.meta.dirname, '../supergraph.graphql'), 'utf8'))

function cost(text: string, variables: Record<string, unknown> = {}) {
  const document = parse(text)
  const [definition] = document.definitions
  if (definition?.kind !== 'OperationDefinition') throw new Error('the operation comes first')
  const estimated = planOperation(graph, document, definition, defaultLimits).estimate(variables)
  return estimated.ok ? estimated.cost : estimated.errors
}

describe("Holdfast's own supergraph", () => {
  it('declares list sizes, and rates of its mutations', () => {
    expect(graph.costs.declared).toBe(true)
    expect(graph.costs.listSize('Query.myBookings')).toMatchObject({ slicing: ['first'], sizedFields: ['edges'] })
    for (const field of [
      'createBooking',
      'extendHold',
      'cancelBooking',
      'authorizePayment',
      'unlockVehicle',
      'endTrip',
    ])
      expect(graph.rates.ofField('Mutation', field)).toHaveLength(1)
  })

  it('hides it from clients', () => {
    expect(printSchema(graph.schema)).not.toMatch(/@rate|@cost|@listSize|assumedSize/)
  })

  it('lets a map be drawn and bookings be listed', () => {
    const map = `{ vehiclesNear(near: { latitude: 50, longitude: 8 }, first: 200) { ... on VehiclesNear { vehicles {
      vehicle { id type { id } position { latitude } price { perMinute { amountMinor } unlock { amountMinor } } } } } } }`
    const mine =
      '{ myBookings(first: 100) { edges { node { id items { vehicle { id } } fare { lines { total { amountMinor } } } payment { id } } } } }'
    for (const text of [map, mine]) expect(cost(text)).toMatchObject({ points: expect.any(Number) })
    expect(cost(map)).toMatchObject({ points: 10 + 1 + 200 * (1 + 1 + 1 + 1 + 1 + 1 + 2) })
    for (const text of [map, mine]) {
      const estimated = cost(text)
      if ('points' in estimated) expect(estimated.points).toBeLessThan(defaultLimits.cost / 2)
    }
  })

  it('not all bookings of all times', () => {
    expect(
      cost('{ myBookings(first: 10000) { edges { node { items { price { unlock { currency } } } } } } }'),
    ).toMatchObject({
      points: 1 + 10_000 * 5,
    })
  })
})
