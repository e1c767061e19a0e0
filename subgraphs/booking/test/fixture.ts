import { randomUUID } from 'node:crypto'
import { prismaOn } from '@holdfast/database'
import { testDatabase } from '@holdfast/dev/testing'
import { createPool, type Pool, transaction } from '@holdfast/service/postgres'
import { createLog } from '@holdfast/service/process'
import { bookingInvariants } from '../../../e2e/invariants/booking.ts'
import { brokenInvariants } from '../../../e2e/invariants/check.ts'
import { createBooking } from '../src/commands/createBooking.ts'
import type { Booking } from '../src/domain/booking.ts'
import { bookingsById } from '../src/store/bookings.ts'

export const silent = createLog('test', 'silent')

export interface Vehicle {
  readonly id: string
  readonly publicId: string
}

/** A tuple of this length, so that a test can give each vehicle a name. */
type Vehicles<Count extends number, Tuple extends Vehicle[] = []> = number extends Count
  ? Vehicle[]
  : Tuple['length'] extends Count
    ? Tuple
    : Vehicles<Count, [...Tuple, Vehicle]>

export type Fixture = Awaited<ReturnType<typeof createFixture>>

/** A database for one test file, with a price plan, and the actions of tests. Each runs as the role that has it in production. */
export async function createFixture() {
  const database = await testDatabase()
  const pools = {
    owner: createPool(database.url('owner'), silent, { max: 4 }),
    booking: createPool(database.url('booking'), silent),
    payment: createPool(database.url('payment'), silent),
    fleet: createPool(database.url('fleet'), silent),
  }
  const pool: Pool = pools.booking
  const prisma = prismaOn(pool)

  const rows = async <T extends object = Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<T[]> =>
    (await pools.owner.query<T>(sql, values)).rows
  const row = async <T extends object = Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<T> => {
    const [first] = await rows<T>(sql, values)
    if (!first) throw new Error(`no row: ${sql}`)
    return first
  }

  await rows(
    `insert into booking.price_plan (id, name, currency, unlock_minor, per_minute_minor, cap_minor, authorise_minor)
     values ('scooter', 'Scooter', 'EUR', 100, 25, 2500, 2500)`,
  )

  const read = async (id: string): Promise<Booking> => {
    const [booking] = await bookingsById(pool, 'all', [id])
    if (!booking) throw new Error(`no booking ${id}`)
    return booking
  }

  return {
    database,
    pools,
    pool,
    prisma,
    rows,
    row,
    read,

    /** Inserts free scooters, in a row to the east of the Römer, some 70 m apart. */
    vehicles: <Count extends number>(count: Count) =>
      rows<Vehicle>(
        `insert into booking.bookable (id, kind, public_id, price_plan_id, latitude, longitude)
         select gen_random_uuid(), 'VEHICLE', gen_random_uuid(), 'scooter', 50.1106, 8.682 + n * 0.001
         from generate_series(1, $1) n
         returning id, public_id as "publicId"`,
        [count],
      ) as Promise<Vehicles<Count>>,

    hold: (customerId: string, vehicles: readonly Vehicle[], requestId: string = randomUUID()) =>
      createBooking({ pool }, { customerId, requestId, bookableIds: vehicles.map(({ publicId }) => publicId) }),

    /** Holds the vehicle. Throws when that is refused. */
    async held(vehicle: Vehicle, customerId: string = randomUUID()): Promise<Booking> {
      const outcome = await this.hold(customerId, [vehicle])
      if (!outcome.ok) throw new Error(`not held: ${outcome.refusal.kind}`)
      return outcome.value
    },

    // The functions for payment and fleet, by their roles.
    async claim({ id, customerId }: Booking, paymentId: string = randomUUID()) {
      const { rows } = await pools.payment.query<{
        outcome: string
        attempts_left: number
        amount_minor: number
        expires_at: Date | null
      }>('select * from booking.claim_for_payment($1, $2, $3, null)', [id, customerId, paymentId])
      return { paymentId, ...rows[0] }
    },
    async confirm(id: string, paymentId: string): Promise<boolean> {
      const { rows } = await pools.payment.query('select booking.confirm_paid($1, $2, null) as done', [id, paymentId])
      return rows[0].done
    },
    async decline(id: string, paymentId: string): Promise<string | null> {
      const { rows } = await pools.payment.query('select booking.decline_payment($1, $2, null) as now', [id, paymentId])
      return rows[0].now
    },
    async review(id: string, paymentId: string): Promise<boolean> {
      const { rows } = await pools.payment.query('select booking.review_payment($1, $2, null) as done', [id, paymentId])
      return rows[0].done
    },
    async start(id: string, at: Date = new Date()): Promise<boolean> {
      const { rows } = await pools.fleet.query('select booking.start($1, $2, null) as done', [id, at])
      return rows[0].done
    },

    /** Puts the deadline of these bookings one second into the past. Without triggers, which only a superuser can switch off. */
    passDeadline: (...ids: readonly string[]) =>
      transaction(pools.owner, async (tx) => {
        await tx.query(`set local session_replication_role = replica`)
        await tx.query(
          `update booking.bookable set held_until = now() - interval '1 second'
           where holder = any($1) and held_until <> 'infinity'`,
          [ids],
        )
        await tx.query(
          `update booking.booking set
             hold_expires_at = case when state = 'HELD' then now() - interval '1 second' else hold_expires_at end,
             expires_at = now() - interval '1 second'
           where id = any($1)`,
          [ids],
        )
      }),

    events: async (subject: string): Promise<string[]> =>
      (await rows<{ type: string }>('select type from booking.outbox where subject = $1 order by id', [subject])).map(
        ({ type }) => type,
      ),
    broken: () => brokenInvariants(pool, bookingInvariants),

    async [Symbol.asyncDispose]() {
      await Promise.all(Object.values(pools).map((each) => each.end()))
      await database.drop()
    },
  }
}
