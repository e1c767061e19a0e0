import { type TestDatabase, testDatabase } from '@holdfast/dev/testing'
import { assertAgreement } from '@holdfast/service/testing/moves'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import pg from 'pg'
import { moves, states } from '../src/domain/payment.ts'
import { payments } from './state-machine.ts'

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

it('code, SQL, schema and README describe the same states and moves', () => assertAgreement(payments, client))

it('Postgres refuses every other move', async () => {
  const legal = moves.map(({ from, to }) => `${from} ${to}`)
  const allowed: string[] = []
  for (const from of states) {
    for (const to of states.filter((state) => state !== from)) {
      await client.query('begin')
      await client.query(
        `insert into payment.payment (id, booking_id, customer_id, attempt, request_id, input_hash, payment_method_id,
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
