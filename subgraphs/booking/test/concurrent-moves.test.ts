import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseError, transaction } from '@holdfast/service/postgres'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { cancelBooking } from '../src/commands/cancelBooking.ts'
import { completeBooking } from '../src/commands/completeBooking.ts'
import { extendHold } from '../src/commands/extendHold.ts'
import { withdrawVehicle } from '../src/commands/withdrawVehicle.ts'
import type { Booking } from '../src/domain/booking.ts'
import { listVehicle, setOffline } from '../src/store/bookables.ts'
import { expireDueBookings } from '../src/store/expiry.ts'
import { createFixture, type Fixture, type Vehicle } from './fixture.ts'

// Customers, payment, fleet, an operator and the clock act on a few vehicles at once, with holds of one second.
const durationMs = 6_000

let fixture: Fixture
beforeAll(async () => {
  fixture = await createFixture()
  await fixture.rows(
    `update booking.policy set hold_seconds = 1, extend_seconds = 1, process_seconds = 1, start_seconds = 1,
       max_items = 2, max_open_holds = 100, max_holds_per_minute = 100000, max_abandoned = 100000`,
  )
})
afterAll(async () => {
  await fixture[Symbol.asyncDispose]()
})

it('keeps all invariants while all roles act at random at once, without a deadlock', async () => {
  const vehicles = await fixture.vehicles(16)
  const customers = Array.from({ length: 6 }, () => randomUUID())
  const bookings: Booking[] = []
  const done: Record<string, number> = {}
  const count = (what: string) => {
    done[what] = (done[what] ?? 0) + 1
  }

  const any = <T>(list: readonly T[]): T => {
    const found = list[Math.floor(Math.random() * list.length)]
    if (found === undefined) throw new Error('nothing to choose from')
    return found
  }
  /** The vehicles with their present public ids. */
  const current = async (some: readonly Vehicle[]): Promise<Vehicle[]> =>
    fixture.rows('select id, public_id as "publicId" from booking.bookable where id = any($1)', [
      some.map(({ id }) => id),
    ])

  const customer = async () => {
    const requested = await current(Math.random() < 0.5 ? [any(vehicles)] : [any(vehicles), any(vehicles)])
    const customerId = any(customers)
    const outcome = await fixture.hold(customerId, requested)
    count(outcome.ok ? 'Held' : outcome.refusal.kind)
    if (!outcome.ok) return
    bookings.push(outcome.value)
    const bookingId = outcome.value.id
    const next = Math.random()
    if (next < 0.3) await sleep(1_050)
    else if (next < 0.4) await extendHold(fixture, { customerId, bookingId, requestId: randomUUID() })
    else if (next < 0.6) await cancelBooking(fixture, { visible: { customerId }, bookingId })
  }
  const pay = async () => {
    await sleep(60)
    const booking = any(bookings.slice(-20))
    const { outcome, paymentId } = await fixture.claim(booking)
    count(`claim ${outcome}`)
    if (outcome !== 'CLAIMED') return
    const way = Math.random()
    if (way < 0.25) count(`decline ${await fixture.decline(booking.id, paymentId)}`)
    else if (way < 0.3) {
      await sleep(1_010)
      count(`review ${await fixture.review(booking.id, paymentId)}`)
      count(`confirm after review ${await fixture.confirm(booking.id, paymentId)}`)
    } else count(`confirm ${await fixture.confirm(booking.id, paymentId)}`)
  }
  const ride = async () => {
    await sleep(10)
    const booking = any(bookings.slice(-20))
    const started = await fixture.start(booking.id)
    count(`start ${started}`)
    if (!started) return
    const { bookable_ids } = await fixture.row<{ bookable_ids: string[] }>(
      'select bookable_ids from booking.booking where id = $1',
      [booking.id],
    )
    const command = {
      bookingId: booking.id,
      bookableId: any(bookable_ids),
      endedAt: new Date(),
      publicId: randomUUID(),
      place: { latitude: 50.11, longitude: 8.68 },
    }
    await transaction(fixture.pool, (tx) => completeBooking(tx, command))
    count('completed')
  }
  const operate = async () => {
    const [vehicle] = await current([any(vehicles)])
    if (!vehicle) return
    await transaction(fixture.pool, (tx) => setOffline(tx, vehicle.id, true))
    await transaction(fixture.pool, (tx) => withdrawVehicle(tx, vehicle.id)).catch((err: Error) => {
      if (!err.message.includes('changed hands')) throw err
    })
    await transaction(fixture.pool, (tx) =>
      listVehicle(tx, {
        id: vehicle.id,
        publicId: randomUUID(),
        pricePlanId: 'scooter',
        latitude: 50.11,
        longitude: 8.68,
      }),
    )
    await transaction(fixture.pool, (tx) => setOffline(tx, vehicle.id, false))
    count('withdrawn and back')
    await sleep(100)
  }
  const clock = async () => {
    count((await expireDueBookings(fixture.pool)) > 0 ? 'swept' : 'nothing to sweep')
    await sleep(20)
  }
  const watch = async () => {
    expect(await fixture.broken()).toEqual([])
    count('checked')
    await sleep(50)
  }

  bookings.push(await fixture.held(any(vehicles)))
  const until = Date.now() + durationMs
  const keepOn = async (act: () => Promise<void>) => {
    while (Date.now() < until) await act()
  }
  const crowd = <T>(size: number, make: () => T) => Array.from({ length: size }, make)
  await Promise.all([
    ...crowd(8, () => keepOn(customer)),
    ...crowd(2, () => keepOn(pay)),
    ...crowd(3, () => keepOn(ride)),
    keepOn(operate),
    ...crowd(2, () => keepOn(clock)),
    keepOn(watch),
  ]).catch((err: unknown) => {
    throw err instanceof DatabaseError ? new Error(`${err.code} ${err.message}`, { cause: err }) : err
  })

  expect(await fixture.broken()).toEqual([])
  // Every action has succeeded at least once.
  for (const what of [
    'Held',
    'AlreadyTaken',
    'claim CLAIMED',
    'decline HELD',
    'confirm true',
    'start true',
    'completed',
    'swept',
    'checked',
    'withdrawn and back',
  ])
    expect([what, done[what]]).toEqual([what, expect.any(Number)])
  expect(await fixture.row('select deadlocks from pg_stat_database where datname = current_database()')).toEqual({
    deadlocks: 0,
  })
})
