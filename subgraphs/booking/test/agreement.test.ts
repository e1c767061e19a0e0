import { readFileSync } from 'node:fs'
import { FareLine, payloads } from '@holdfast/contracts'
import { assertAgreement, enumInSdl, enumInSql } from '@holdfast/service/testing/moves'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { buildASTSchema, isInterfaceType, parse } from 'graphql'
import { liveStates } from '../src/domain/booking.ts'
import { problemMessages } from '../src/messages.ts'
import { createFixture, type Fixture } from './fixture.ts'
import { bookings } from './state-machine.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await createFixture()
})
afterAll(async () => {
  await fixture[Symbol.asyncDispose]()
})

describe('code, SQL and schema agree', () => {
  it('about the states and moves, and the README shows them', async () => {
    await assertAgreement(bookings, fixture.pool)
  })

  it('about the reasons of a cancellation and the kinds of fare lines, also with the events', async () => {
    const reasons = [...payloads.BookingCancelled.shape.reason.options]
    expect(await enumInSql(fixture.pool, 'booking.cancel_reason')).toEqual(reasons)
    expect(enumInSdl(bookings.schema, 'CancelReason')).toEqual(reasons)
    expect(enumInSdl(bookings.schema, 'FareLineKind')).toEqual([...FareLine.shape.kind.options])
  })

  it('about the live states: in these the trigger keeps the bookables', async () => {
    const { source } = await fixture.row<{
      source: string
    }>(`select prosrc as source from pg_proc where proname = 'on_move'
      and pronamespace = 'booking'::regnamespace`)
    const kept = /if new\.state in \(([^)]*)\) then/.exec(source)?.[1]?.match(/\w+/g)
    expect(kept?.sort()).toEqual([...liveStates].sort())
  })
})

describe('every problem in the schema', () => {
  it('has a message', () => {
    const schema = buildASTSchema(parse(readFileSync(bookings.schema, 'utf8')), { assumeValidSDL: true })
    const problem = schema.getType('Problem')
    const problems = isInterfaceType(problem) ? schema.getPossibleTypes(problem).map(({ name }) => name) : []
    expect(problems.length).toBeGreaterThan(10)
    expect(Object.keys(problemMessages).sort()).toEqual(problems.sort())
  })
})
