import { readFileSync } from 'node:fs'
import { BookingState, CommandAction, LockState } from '@holdfast/contracts'
import { type TestDatabase, testDatabase } from '@holdfast/dev/testing'
import { assertAgreement, enumInSdl, enumInSql } from '@holdfast/service/testing/moves'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import pg from 'pg'
import { commandStates, openStates, purposes } from '../src/domain/command.ts'
import { contacts, vehicleMoves } from '../src/domain/vehicle.ts'
import { zoneKinds } from '../src/domain/zones.ts'
import { commands, schema, vehicles } from './state-machines.ts'

let database: TestDatabase
let client: pg.Client
beforeAll(async () => {
  database = await testDatabase()
  client = new pg.Client(database.url('fleet'))
  await client.connect()
}, 90_000)
afterAll(async () => {
  await client.end()
  await database.drop()
})

describe('TypeScript, SQL, SDL and README agree', () => {
  it('about the states and moves of a vehicle', async () => {
    await assertAgreement(vehicles, client)
  })

  it('about the states and moves of a command', async () => {
    await assertAgreement(commands, client)
  })

  it.each([
    ['fleet.zone_kind', zoneKinds, 'ZoneKind'],
    ['fleet.command_purpose', purposes, null],
    ['fleet.contact', contacts, null],
    ['fleet.lock_state', LockState.options, 'LockState'],
    ['fleet.command_action', CommandAction.options, 'CommandAction'],
    ['booking.booking_state', BookingState.options, null],
  ] as const)('about the words of %s', async (sql, words, sdl) => {
    expect(await enumInSql(client, sql)).toEqual([...words])
    if (sdl) expect(new Set(enumInSdl(schema, sdl))).toEqual(new Set(words))
  })

  it('about which commands are open', async () => {
    const { rows } = await client.query<{ indexdef: string }>(
      `select indexdef from pg_indexes where indexname = 'one_open_command_per_vehicle'`,
    )
    for (const state of commandStates) {
      expect(rows[0]?.indexdef.includes(`'${state}'`)).toBe(openStates.includes(state))
    }
  })

  it('about what MDS 2.0 allows: each move of a vehicle is one of its 45 rows', () => {
    const { transitions } = JSON.parse(
      readFileSync(new URL('data/mds-micromobility-transitions.json', import.meta.url), 'utf8'),
    ) as {
      transitions: { from: string[]; to: string; event: string }[]
    }
    expect(transitions).toHaveLength(45)
    const unknown = vehicleMoves.filter(
      ({ name, from, to }) =>
        !transitions.some(
          (row) => row.event === name && row.from.includes(from.toLowerCase()) && row.to === to.toLowerCase(),
        ),
    )
    expect(unknown).toEqual([])
  })
})

describe('the role fleet', () => {
  it.each([
    'update fleet.vehicle_event set event_type = event_type',
    'delete from fleet.vehicle_event',
    `insert into fleet.legal_vehicle_move values ('magic', 'REMOVED', 'AVAILABLE')`,
    'select * from booking.booking',
    'update booking.bookable set holder = null',
    'select * from payment.payment',
  ])('may not %s', async (statement) => {
    await expect(client.query(statement)).rejects.toThrow('permission denied')
  })
})
