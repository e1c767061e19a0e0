import { randomUUID } from 'node:crypto'
import type { Outcome } from '@holdfast/service/domain'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { HoldRefusal } from '../src/domain/hold.ts'
import { expireDueBookings } from '../src/store/expiry.ts'
import { createFixture, type Fixture, type Vehicle } from './fixture.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await createFixture()
})
afterEach(async () => {
  expect(await fixture.broken()).toEqual([])
})
afterAll(async () => {
  await fixture[Symbol.asyncDispose]()
})

const kinds = (outcomes: readonly Outcome<unknown, HoldRefusal>[]) =>
  outcomes.map((outcome) => (outcome.ok ? 'Held' : outcome.refusal.kind)).sort()
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))

describe('a hold', () => {
  it('returns the booking with its price and its deadline', async () => {
    const [vehicle] = await fixture.vehicles(1)
    const customerId = randomUUID()
    const before = Date.now()
    const booking = await fixture.held(vehicle, customerId)
    expect(booking).toMatchObject({
      state: 'HELD',
      customerId,
      extended: false,
      authorisation: { amountMinor: 2_500, currency: 'EUR' },
      items: [
        {
          vehicleId: vehicle.publicId,
          price: {
            unlock: { amountMinor: 100, currency: 'EUR' },
            perMinute: { amountMinor: 25, currency: 'EUR' },
            cap: { amountMinor: 2_500, currency: 'EUR' },
          },
        },
      ],
    })
    const lives = booking.holdExpiresAt.getTime() - before
    expect(lives).toBeGreaterThan(299_000)
    expect(lives).toBeLessThan(305_000)
    expect(await fixture.read(booking.id)).toEqual(booking)
    expect(await fixture.events(booking.id)).toEqual(['HoldPlaced'])
  })
})

describe('twenty customers and one vehicle', () => {
  it('gives it to one of them and shows the others the nearest free vehicles', async () => {
    const [contested, second, third, ...others] = await fixture.vehicles(9)
    await fixture.held(second) // The nearest alternative is taken as well.
    const outcomes = await Promise.all(times(20, () => fixture.hold(randomUUID(), [contested])))
    expect(kinds(outcomes)).toEqual([...times(19, () => 'AlreadyTaken'), 'Held'])
    const nearest = [third, ...others.slice(0, 4)].map(({ publicId }) => ({ id: publicId }))
    for (const outcome of outcomes) {
      if (outcome.ok) continue
      expect(outcome.refusal).toEqual({ kind: 'AlreadyTaken', takenIds: [contested.publicId], alternatives: nearest })
    }
    const { count } = await fixture.row('select count(*) from booking.booking_item where bookable_id = $1', [
      contested.id,
    ])
    expect(count).toBe(1)
  })
})

describe('fifty customers and ten vehicles', () => {
  it('gives every vehicle to one of them', async () => {
    const vehicles = await fixture.vehicles(10)
    const outcomes = await Promise.all(times(50, (i) => fixture.hold(randomUUID(), [at(vehicles, i % 10)])))
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(10)
    const held = await fixture.rows<{ bookable_id: string }>(
      'select bookable_id from booking.booking_item where live and bookable_id = any($1)',
      [vehicles.map(({ id }) => id)],
    )
    expect(held.map(({ bookable_id }) => bookable_id).sort()).toEqual(vehicles.map(({ id }) => id).sort())
  })
})

describe('the same request', () => {
  it('sent twenty times at once is answered with one booking', async () => {
    const [vehicle] = await fixture.vehicles(1)
    const customerId = randomUUID()
    const requestId = randomUUID()
    const outcomes = await Promise.all(times(20, () => fixture.hold(customerId, [vehicle], requestId)))
    const ids = new Set(outcomes.map((outcome) => (outcome.ok ? outcome.value.id : outcome.refusal.kind)))
    expect([...ids]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)])
    expect(await fixture.row('select count(*) from booking.booking where customer_id = $1', [customerId])).toEqual({
      count: 1,
    })
  })

  it('is answered with the same booking after that expired, and after the vehicle got a new public id', async () => {
    const [vehicle] = await fixture.vehicles(1)
    const customerId = randomUUID()
    const requestId = randomUUID()
    const first = await fixture.hold(customerId, [vehicle], requestId)
    if (!first.ok) throw new Error('not held')
    await fixture.passDeadline(first.value.id)
    expect(await fixture.hold(customerId, [vehicle], requestId)).toMatchObject({
      ok: true,
      value: { id: first.value.id },
    })
    await fixture.rows('update booking.bookable set public_id = gen_random_uuid() where id = $1', [vehicle.id])
    expect(await fixture.hold(customerId, [vehicle], requestId)).toMatchObject({
      ok: true,
      value: { id: first.value.id },
    })
  })

  it('with other bookables is refused', async () => {
    const [vehicle, other] = await fixture.vehicles(2)
    const customerId = randomUUID()
    const requestId = randomUUID()
    await fixture.hold(customerId, [vehicle], requestId)
    expect(await fixture.hold(customerId, [other], requestId)).toEqual({
      ok: false,
      refusal: { kind: 'RequestIdReused' },
    })
  })

  it('from another customer is a different request', async () => {
    const [vehicle, other] = await fixture.vehicles(2)
    const requestId = randomUUID()
    const outcomes = [
      await fixture.hold(randomUUID(), [vehicle], requestId),
      await fixture.hold(randomUUID(), [other], requestId),
    ]
    expect(kinds(outcomes)).toEqual(['Held', 'Held'])
  })

  it('is not kept when it was refused: the next attempt may succeed', async () => {
    const [vehicle] = await fixture.vehicles(1)
    const customerId = randomUUID()
    const requestId = randomUUID()
    const { id } = await fixture.held(vehicle)
    expect(kinds([await fixture.hold(customerId, [vehicle], requestId)])).toEqual(['AlreadyTaken'])
    await fixture.passDeadline(id)
    expect(kinds([await fixture.hold(customerId, [vehicle], requestId)])).toEqual(['Held'])
  })
})

describe('a hold that has run out', () => {
  it('is expired by the next hold without waiting for the sweeper, and its event comes first', async () => {
    const [vehicle] = await fixture.vehicles(1)
    const old = await fixture.held(vehicle)
    await fixture.passDeadline(old.id)
    const next = await fixture.held(vehicle)
    expect(await fixture.read(old.id)).toMatchObject({ state: 'EXPIRED', items: [{ vehicleId: null }] })
    const events = await fixture.rows('select subject, type from booking.outbox where subject = any($1) order by id', [
      [old.id, next.id],
    ])
    expect(events).toEqual([
      { subject: old.id, type: 'HoldPlaced' },
      { subject: old.id, type: 'HoldExpired' },
      { subject: next.id, type: 'HoldPlaced' },
    ])
  })

  it('is taken by one of twenty', async () => {
    const [vehicle] = await fixture.vehicles(1)
    const old = await fixture.held(vehicle)
    await fixture.passDeadline(old.id)
    const outcomes = await Promise.all(times(20, () => fixture.hold(randomUUID(), [vehicle])))
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1)
  })

  it('leaves the counter right when the same customer holds again', async () => {
    const [vehicle] = await fixture.vehicles(1)
    const customerId = randomUUID()
    const old = await fixture.held(vehicle, customerId)
    await fixture.passDeadline(old.id)
    await fixture.held(vehicle, customerId)
    expect(await fixture.row('select open_holds from booking.customer where customer_id = $1', [customerId])).toEqual({
      open_holds: 1,
    })
  })

  it('does not deadlock when two customers take each other’s vehicle, a hundred times', async () => {
    const [a, b] = await fixture.vehicles(2)
    await fixture.rows(`update booking.policy set max_holds_per_minute = 1000, max_abandoned = 1000`)
    const [one, other] = [randomUUID(), randomUUID()]
    let [inA, inB] = [await fixture.held(a, one), await fixture.held(b, other)]
    for (let round = 0; round < 100; round++) {
      await fixture.passDeadline(inA.id, inB.id)
      const [thief, victim] = round % 2 === 0 ? [other, one] : [one, other]
      ;[inA, inB] = await Promise.all([fixture.held(a, thief), fixture.held(b, victim)])
    }
    await fixture.rows(`update booking.policy set max_holds_per_minute = 10, max_abandoned = 3`)
    expect(await fixture.row(deadlocks)).toEqual({ deadlocks: 0 })
  })
})

describe('the obstacle to a hold', () => {
  it.each([
    ['withdrawn', 'VehicleWithdrawn'],
    ['offline', 'VehicleOffline'],
  ])('of a vehicle that is %s', async (column, kind) => {
    const [vehicle, free] = await fixture.vehicles(2)
    await fixture.rows(`update booking.bookable set ${column} = true where id = $1`, [vehicle.id])
    const outcome = await fixture.hold(randomUUID(), [vehicle])
    expect(outcome).toMatchObject({ ok: false, refusal: { kind, ids: [vehicle.publicId] } })
    expect(!outcome.ok && 'alternatives' in outcome.refusal && outcome.refusal.alternatives).toContainEqual({
      id: free.publicId,
    })
  })

  it('is an unknown id', async () => {
    const publicId = randomUUID()
    expect(await fixture.hold(randomUUID(), [{ id: '', publicId }])).toEqual({
      ok: false,
      refusal: { kind: 'BookableNotFound', ids: [publicId] },
    })
  })

  it('is a second vehicle in one booking', async () => {
    const vehicles = await fixture.vehicles(2)
    const refusal = { kind: 'TooManyItems', limit: 1 }
    expect(await fixture.hold(randomUUID(), vehicles)).toEqual({ ok: false, refusal })
    expect(await fixture.hold(randomUUID(), [vehicles[0], vehicles[0]])).toEqual({ ok: false, refusal })
  })

  it('comes with the nearest alternatives by metres, not by degrees', async () => {
    const [taken, north, east] = await fixture.vehicles(3)
    const put = ({ id }: Vehicle, latitude: number, longitude: number) =>
      fixture.rows('update booking.bookable set latitude = $2, longitude = $3 where id = $1', [id, latitude, longitude])
    await put(taken, 53.55, 10)
    await put(north, 53.551, 10) // 111 m
    await put(east, 53.55, 10.0013) // 86 m
    await fixture.held(taken)
    const outcome = await fixture.hold(randomUUID(), [taken])
    const ids = (!outcome.ok && 'alternatives' in outcome.refusal && outcome.refusal.alternatives) || []
    expect(ids.slice(0, 2)).toEqual([{ id: east.publicId }, { id: north.publicId }])
  })

  it('is never an alternative itself', async () => {
    const [taken, offline, withdrawn] = await fixture.vehicles(3)
    await fixture.held(taken)
    await fixture.rows('update booking.bookable set offline = true where id = $1', [offline.id])
    await fixture.rows('update booking.bookable set withdrawn = true where id = $1', [withdrawn.id])
    const outcome = await fixture.hold(randomUUID(), [taken])
    const ids = (!outcome.ok && 'alternatives' in outcome.refusal && outcome.refusal.alternatives) || []
    expect(ids.length).toBeGreaterThan(0)
    for (const each of [taken, offline, withdrawn]) expect(ids).not.toContainEqual({ id: each.publicId })
  })
})

describe('a customer', () => {
  it('has at most three open holds, also with ten requests at once', async () => {
    const customerId = randomUUID()
    const vehicles = await fixture.vehicles(10)
    const outcomes = await Promise.all(vehicles.map((vehicle) => fixture.hold(customerId, [vehicle])))
    expect(kinds(outcomes)).toEqual([...times(3, () => 'Held'), ...times(7, () => 'TooManyHolds')])
    expect(outcomes.find(({ ok }) => !ok)).toEqual({ ok: false, refusal: { kind: 'TooManyHolds', limit: 3 } })
  })

  it('places at most ten holds in a minute', async () => {
    const customerId = randomUUID()
    const vehicles = await fixture.vehicles(11)
    const before = Date.now()
    for (const vehicle of vehicles.slice(0, 10)) {
      const { id } = await fixture.held(vehicle, customerId)
      await fixture.rows(
        `update booking.booking set state = 'CANCELLED', cancel_reason = 'CUSTOMER', expires_at = null where id = $1`,
        [id],
      )
    }
    const outcome = await fixture.hold(customerId, [at(vehicles, 10)])
    expect(outcome).toMatchObject({ ok: false, refusal: { kind: 'HoldsTooFast' } })
    const retryAt = !outcome.ok && 'retryAt' in outcome.refusal ? outcome.refusal.retryAt.getTime() : 0
    expect(retryAt - before).toBeGreaterThan(59_000)
    expect(retryAt - before).toBeLessThan(66_000)
    await fixture.rows(`update booking.customer set minute_from = now() - interval '1 minute' where customer_id = $1`, [
      customerId,
    ])
    await fixture.held(at(vehicles, 10), customerId)
  })

  it('cools down after three holds in a row expired; a paid one in between resets the count', async () => {
    const customerId = randomUUID()
    const vehicles = await fixture.vehicles(6)
    const abandon = async (index: number) => {
      const { id } = await fixture.held(at(vehicles, index), customerId)
      await fixture.passDeadline(id)
      await expireDueBookings(fixture.pool)
    }
    await abandon(0)
    await abandon(1)
    const paid = await fixture.held(at(vehicles, 2), customerId)
    const { paymentId } = await fixture.claim(paid)
    await fixture.confirm(paid.id, paymentId)
    await abandon(3)
    await abandon(4)
    await abandon(5)
    const outcome = await fixture.hold(customerId, [at(vehicles, 0)])
    expect(outcome).toMatchObject({ ok: false, refusal: { kind: 'CoolingDown' } })
    const retryAt = !outcome.ok && 'retryAt' in outcome.refusal ? outcome.refusal.retryAt.getTime() : 0
    expect(retryAt - Date.now()).toBeGreaterThan(890_000)
    expect(retryAt - Date.now()).toBeLessThan(901_000)
  })
})

describe('the unique index', () => {
  it('keeps one holder per vehicle even when bookable.holder is wrong', async () => {
    const [vehicle] = await fixture.vehicles(1)
    const first = await fixture.held(vehicle)
    await fixture.rows('update booking.bookable set holder = null, held_until = null where id = $1', [vehicle.id])
    const outcome = await fixture.hold(randomUUID(), [vehicle])
    expect(outcome).toMatchObject({ ok: false, refusal: { kind: 'AlreadyTaken', takenIds: [vehicle.publicId] } })
    const live = await fixture.rows('select booking_id from booking.booking_item where bookable_id = $1 and live', [
      vehicle.id,
    ])
    expect(live).toEqual([{ booking_id: first.id }])
    await fixture.rows(
      `update booking.bookable u set holder = b.id, held_until = b.expires_at from booking.booking b
       where u.id = $1 and b.id = $2`,
      [vehicle.id, first.id],
    )
  })
})

describe('a connection killed while it holds', () => {
  it('leaves nothing behind: no booking, no request, no event, no counter', async () => {
    const [vehicle] = await fixture.vehicles(1)
    const customerId = randomUUID()
    const requestId = randomUUID()
    // The row of the vehicle is locked, so the hold has started and waits.
    const blocker = await fixture.pools.owner.connect()
    await blocker.query('begin')
    await blocker.query('select from booking.bookable where id = $1 for update', [vehicle.id])
    const holding = fixture.hold(customerId, [vehicle], requestId)
    const lost = expect(holding).rejects.toThrow(/terminat/)
    const waiting = `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    while ((await fixture.rows(waiting)).length === 0);
    await fixture.rows(`select pg_terminate_backend(pid) from (${waiting}) w`)
    await lost
    await blocker.query('rollback')
    blocker.release()
    const { left } = await fixture.row(
      `select (select count(*) from booking.booking where customer_id = $1)
        + (select count(*) from booking.request where customer_id = $1)
        + (select count(*) from booking.customer where customer_id = $1)
        + (select count(*) from booking.outbox where data->>'customerId' = $1::text)
        + (select count(*) from booking.bookable where id = $2 and holder is not null) as left`,
      [customerId, vehicle.id],
    )
    expect(left).toBe(0)
    expect(kinds([await fixture.hold(customerId, [vehicle], requestId)])).toEqual(['Held'])
  })
})

const deadlocks = 'select deadlocks from pg_stat_database where datname = current_database()'
const at = <T>(list: readonly T[], index: number): T => {
  const found = list[index]
  if (found === undefined) throw new Error(`nothing at ${index}`)
  return found
}
