import { readFileSync } from 'node:fs'
import { type TestDatabase, testDatabase } from '@holdfast/dev/testing'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { buildASTSchema, type GraphQLEnumType, parse } from 'graphql'
import pg from 'pg'
import { commandMoves, commandStates, openStates, purposes } from '../src/domain/command.ts'
import { contacts } from '../src/domain/contact.ts'
import { vehicleMoves, vehicleStates } from '../src/domain/vehicle.ts'
import { zoneKinds } from '../src/domain/zones.ts'
import { readmes } from './picture.ts'

const file = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')

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

const sorted = (list: readonly object[]) => list.map((each) => JSON.stringify(each)).sort()
const schema = buildASTSchema(parse(file('../schema.graphql')), { assumeValid: true, assumeValidSDL: true })
const inSdl = (name: string) => (schema.getType(name) as GraphQLEnumType).getValues().map((value) => value.name)
const inSql = async (name: string) =>
  (await client.query<{ word: string }>(`select unnest(enum_range(null::fleet.${name}))::text as word`)).rows.map(
    ({ word }) => word,
  )

describe('TypeScript, SQL, SDL and README agree', () => {
  it.each([
    ['legal_vehicle_move', vehicleMoves],
    ['legal_command_move', commandMoves],
  ])('about %s', async (table, moves) => {
    const { rows } = await client.query(`select name, from_state as "from", to_state as "to" from fleet.${table}`)
    expect(sorted(moves)).toEqual(sorted(rows))
  })

  it.each([
    ['vehicle_state', vehicleStates, 'VehicleState', ['NON_CONTACTABLE']],
    ['command_state', commandStates, 'CommandState', []],
    ['zone_kind', zoneKinds, 'ZoneKind', []],
    ['command_purpose', purposes, null, []],
    ['contact', contacts, null, []],
    ['lock_state', ['LOCKED', 'UNLOCKED'], 'LockState', []],
    ['command_action', ['UNLOCK', 'LOCK'], 'CommandAction', []],
  ] as const)('about the words of %s', async (sql, words, sdl, onlyShown) => {
    expect(await inSql(sql)).toEqual([...words])
    if (sdl) expect(new Set(inSdl(sdl))).toEqual(new Set([...words, ...onlyShown]))
  })

  it('about which commands are under way', async () => {
    const { rows } = await client.query<{ indexdef: string }>(
      `select indexdef from pg_indexes where indexname = 'one_open_command_per_vehicle'`,
    )
    for (const state of commandStates) {
      expect(rows[0]?.indexdef.includes(`'${state}'`)).toBe((openStates as readonly string[]).includes(state))
    }
  })

  it('about the pictures', () => {
    const { is, wanted } = readmes()
    expect(is).toBe(wanted)
  })

  it('about what MDS 2.0 allows: each of our moves is one of its 45 rows', () => {
    const { transitions } = JSON.parse(file('data/mds-micromobility-transitions.json')) as {
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
