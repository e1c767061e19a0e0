import { readFileSync } from 'node:fs'
import { FareLine, payloads } from '@holdfast/contracts'
import { assertAgreement, enumInSdl, enumInSql } from '@holdfast/service/testing/moves'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { buildASTSchema, isInterfaceType, parse } from 'graphql'
import { occupying } from '../src/domain/booking.ts'
import { bookings } from './state-machine.ts'
import { type World, world } from './world.ts'

let w: World
beforeAll(async () => {
  w = await world()
})
afterAll(async () => {
  await w[Symbol.asyncDispose]()
})

describe('code, SQL and schema agree', () => {
  it('about the states and moves, and the README shows them', async () => {
    await assertAgreement(bookings, w.pool)
  })

  it('about the reasons of a cancellation and the kinds of fare lines, also with the events', async () => {
    const reasons = [...payloads.BookingCancelled.shape.reason.options]
    expect(await enumInSql(w.pool, 'booking.cancel_reason')).toEqual(reasons)
    expect(enumInSdl(bookings.schema, 'CancelReason')).toEqual(reasons)
    expect(enumInSdl(bookings.schema, 'FareLineKind')).toEqual([...FareLine.shape.kind.options])
  })

  it('about the live states: the trigger keeps the bookables in the same ones', async () => {
    const { source } = await w.row<{ source: string }>(`select prosrc as source from pg_proc where proname = 'on_move'
      and pronamespace = 'booking'::regnamespace`)
    const kept = /if new\.state in \(([^)]*)\) then/.exec(source)?.[1]?.match(/\w+/g)
    expect(kept?.sort()).toEqual([...occupying].sort())
  })
})

describe('every problem in the schema', () => {
  it('has a sentence for people', () => {
    const schema = buildASTSchema(parse(readFileSync(bookings.schema, 'utf8')), { assumeValidSDL: true })
    const problem = schema.getType('Problem')
    const problems = isInterfaceType(problem) ? schema.getPossibleTypes(problem).map(({ name }) => name) : []
    const source = readFileSync(new URL('../src/resolvers/problems.ts', import.meta.url), 'utf8')
    expect(problems.length).toBeGreaterThan(10)
    for (const name of problems) expect(source).toContain(`case '${name}':`)
  })
})
