import { readFileSync } from 'node:fs'
import { type TestDatabase, testDatabase } from '@holdfast/dev/testing'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { buildASTSchema, type GraphQLEnumType, parse } from 'graphql'
import pg from 'pg'
import { moves, states } from '../src/domain/payment.ts'
import { picture } from './picture.ts'

const file = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')

let database: TestDatabase
let client: pg.Client
beforeAll(async () => {
  database = await testDatabase()
  client = new pg.Client(database.url('payment'))
  await client.connect()
}, 90_000)
afterAll(async () => {
  await client.end()
  await database.drop()
})

it('the moves are those that Postgres allows', async () => {
  const { rows } = await client.query('select name, from_state, to_state from payment.legal_move')
  const ours = Object.entries(moves).flatMap(([name, { from, to }]) =>
    from.map((from_state) => ({ name, from_state, to_state: to })),
  )
  const sorted = (list: object[]) => list.map((move) => JSON.stringify(move)).sort()
  expect(sorted(ours)).toEqual(sorted(rows))
})

it('Postgres refuses every other move', async () => {
  const legal = Object.values(moves).flatMap(({ from, to }) => from.map((state) => `${state} ${to}`))
  const allowed: string[] = []
  for (const from of states) {
    for (const to of states.filter((state) => state !== from)) {
      await client.query('begin')
      await client.query(
        `insert into payment.payment (id, booking_id, rider_id, attempt, request_id, input_hash, payment_method_id,
           amount_minor, currency, attempts_left, hold_expires_at, decide_by, state, decline_code, captured_minor)
         values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1, gen_random_uuid(), '', 'pm',
           1, 'EUR', 0, now(), now(), $1, $2, $3)`,
        [from, from === 'FAILED' ? 'x' : null, from === 'CAPTURED' ? 1 : null],
      )
      const move = client.query(`update payment.payment set state = $1, decline_code = $2, captured_minor = $3`, [
        to,
        to === 'FAILED' ? 'x' : null,
        to === 'CAPTURED' ? 1 : null,
      ])
      await move.then(
        () => allowed.push(`${from} ${to}`),
        (err: pg.DatabaseError) => expect(err.code).toBe('HP000'),
      )
      await client.query('rollback')
    }
  }
  expect(allowed.sort()).toEqual(legal.sort())
})

it('the states are the same in TypeScript, SQL and SDL', async () => {
  const { rows } = await client.query('select unnest(enum_range(null::payment.payment_state))::text as state')
  const schema = buildASTSchema(parse(file('schema.graphql')), { assumeValid: true, assumeValidSDL: true })
  const sdl = (schema.getType('PaymentState') as GraphQLEnumType).getValues().map(({ name }) => name)
  expect(rows.map(({ state }) => state)).toEqual([...states])
  expect(sdl).toEqual([...states])
})

it('the picture in the README is that of the moves', () => {
  expect(file('README.md')).toContain(`\`\`\`mermaid\n${picture()}\n\`\`\``)
})

it('a receipt cannot be changed or taken back, nor its series', async () => {
  for (const statement of [
    'update payment.receipt set gross_minor = 0',
    'delete from payment.receipt',
    'delete from payment.receipt_series',
    'update booking.booking set state = state',
    'select * from booking.booking',
  ]) {
    await expect(client.query(statement)).rejects.toThrow('permission denied')
  }
})
