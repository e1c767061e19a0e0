import { readFileSync } from 'node:fs'
import { FareLine, payloads } from '@holdfast/contracts'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { buildASTSchema, isEnumType, isInterfaceType, parse } from 'graphql'
import { moves, occupying, states } from '../src/domain/booking.ts'
import { readmes } from './picture.ts'
import { type World, world } from './world.ts'

let w: World
beforeAll(async () => {
  w = await world()
})
afterAll(async () => {
  await w[Symbol.asyncDispose]()
})

const document = parse(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'))
const schema = buildASTSchema(document, { assumeValidSDL: true })
const inSchema = (name: string) => {
  const type = schema.getType(name)
  return isEnumType(type)
    ? type
        .getValues()
        .map((value) => value.name)
        .sort()
    : []
}
const inSql = async (name: string) => {
  const { labels } = await w.row<{ labels: string[] }>(`select enum_range(null::booking.${name})::text[] as labels`)
  return labels.sort()
}

describe('the moves', () => {
  it('are the same in code and in the database', async () => {
    const rows = await w.rows('select name, from_state as "from", to_state as "to" from booking.legal_move')
    const asText = (list: readonly object[]) => list.map((move) => JSON.stringify(move)).sort()
    expect(asText(rows)).toEqual(asText(moves.map(({ name, from, to }) => ({ name, from, to }))))
  })

  it('are drawn in the README as they are', () => {
    const { is, wanted } = readmes()
    expect(is).toContain('stateDiagram-v2')
    expect(is).toBe(wanted)
  })
})

describe('words', () => {
  it('of states are the same in code, SQL and schema', async () => {
    expect(await inSql('booking_state')).toEqual([...states].sort())
    expect(inSchema('BookingState')).toEqual([...states].sort())
  })

  it('of reasons and fare lines are the same in SQL, schema and events', async () => {
    const reasons = payloads.BookingCancelled.shape.reason.options
    expect(await inSql('cancel_reason')).toEqual([...reasons].sort())
    expect(inSchema('CancelReason')).toEqual([...reasons].sort())
    expect(inSchema('FareLineKind')).toEqual([...FareLine.shape.kind.options].sort())
  })

  it('of occupying states are those in which the trigger keeps the things', async () => {
    const { source } = await w.row<{ source: string }>(`select prosrc as source from pg_proc where proname = 'on_move'
      and pronamespace = 'booking'::regnamespace`)
    const kept = /if new\.state in \(([^)]*)\) then/.exec(source)?.[1]?.match(/\w+/g)
    expect(kept?.sort()).toEqual([...occupying].sort())
  })
})

describe('every problem in the schema', () => {
  it('has a sentence for people', () => {
    const problem = schema.getType('Problem')
    const problems = isInterfaceType(problem) ? schema.getPossibleTypes(problem).map(({ name }) => name) : []
    const source = readFileSync(new URL('../src/resolvers/problems.ts', import.meta.url), 'utf8')
    expect(problems.length).toBeGreaterThan(10)
    for (const name of problems) expect(source).toContain(`case '${name}':`)
  })
})
