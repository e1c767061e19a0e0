import { randomUUID } from 'node:crypto'
import type { Outcome } from '@holdfast/service/domain'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { HoldRefusal } from '../src/domain/hold.ts'
import { expireDue } from '../src/store/expiry.ts'
import { type Vehicle, type World, world } from './world.ts'

let w: World
beforeAll(async () => {
  w = await world()
})
afterEach(async () => {
  expect(await w.broken()).toEqual([])
})
afterAll(async () => {
  await w[Symbol.asyncDispose]()
})

const kinds = (outcomes: readonly Outcome<unknown, HoldRefusal>[]) =>
  outcomes.map((outcome) => (outcome.ok ? 'Held' : outcome.refusal.kind)).sort()
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))

describe('holding', () => {
  it('gives the booking, its price and its end', async () => {
    const [vehicle] = await w.vehicles(1)
    const customerId = randomUUID()
    const before = Date.now()
    const booking = await w.held(vehicle, customerId)
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
    expect(await w.read(booking.id)).toEqual(booking)
    expect(await w.events(booking.id)).toEqual(['HoldPlaced'])
  })
})

describe('twenty customers and one vehicle', () => {
  it('has one winner and nineteen who are shown the nearest others', async () => {
    const [wanted, second, third, ...others] = await w.vehicles(9)
    await w.held(second) // The nearest alternative is taken as well.
    const outcomes = await Promise.all(times(20, () => w.hold(randomUUID(), [wanted])))
    expect(kinds(outcomes)).toEqual([...times(19, () => 'AlreadyTaken'), 'Held'])
    const nearest = [third, ...others.slice(0, 4)].map(({ publicId }) => ({ id: publicId }))
    for (const outcome of outcomes) {
      if (outcome.ok) continue
      expect(outcome.refusal).toEqual({ kind: 'AlreadyTaken', takenIds: [wanted.publicId], alternatives: nearest })
    }
    const { count } = await w.row('select count(*) from booking.booking_item where bookable_id = $1', [wanted.id])
    expect(count).toBe(1)
  })
})

describe('fifty customers and ten vehicles', () => {
  it('leaves every vehicle with one of them', async () => {
    const vehicles = await w.vehicles(10)
    const outcomes = await Promise.all(times(50, (i) => w.hold(randomUUID(), [at(vehicles, i % 10)])))
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(10)
    const held = await w.rows<{ bookable_id: string }>(
      'select bookable_id from booking.booking_item where live and bookable_id = any($1)',
      [vehicles.map(({ id }) => id)],
    )
    expect(held.map(({ bookable_id }) => bookable_id).sort()).toEqual(vehicles.map(({ id }) => id).sort())
  })
})

describe('the same request', () => {
  it('twenty times at once gets one booking', async () => {
    const [vehicle] = await w.vehicles(1)
    const customerId = randomUUID()
    const requestId = randomUUID()
    const outcomes = await Promise.all(times(20, () => w.hold(customerId, [vehicle], requestId)))
    const ids = new Set(outcomes.map((outcome) => (outcome.ok ? outcome.value.id : outcome.refusal.kind)))
    expect([...ids]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)])
    expect(await w.row('select count(*) from booking.booking where customer_id = $1', [customerId])).toEqual({
      count: 1,
    })
  })

  it('gets the same booking after it expired and the vehicle is free, and after the vehicle got another name', async () => {
    const [vehicle] = await w.vehicles(1)
    const customerId = randomUUID()
    const requestId = randomUUID()
    const first = await w.hold(customerId, [vehicle], requestId)
    if (!first.ok) throw new Error('not held')
    await w.outlive(first.value.id)
    expect(await w.hold(customerId, [vehicle], requestId)).toMatchObject({ ok: true, value: { id: first.value.id } })
    await w.rows('update booking.bookable set public_id = gen_random_uuid() where id = $1', [vehicle.id])
    expect(await w.hold(customerId, [vehicle], requestId)).toMatchObject({ ok: true, value: { id: first.value.id } })
  })

  it('for something else is refused', async () => {
    const [vehicle, other] = await w.vehicles(2)
    const customerId = randomUUID()
    const requestId = randomUUID()
    await w.hold(customerId, [vehicle], requestId)
    expect(await w.hold(customerId, [other], requestId)).toEqual({ ok: false, refusal: { kind: 'RequestIdReused' } })
  })

  it('of another customer is another request', async () => {
    const [vehicle, other] = await w.vehicles(2)
    const requestId = randomUUID()
    const outcomes = [await w.hold(randomUUID(), [vehicle], requestId), await w.hold(randomUUID(), [other], requestId)]
    expect(kinds(outcomes)).toEqual(['Held', 'Held'])
  })

  it('is not remembered when it was refused: asked again it may succeed', async () => {
    const [vehicle] = await w.vehicles(1)
    const customerId = randomUUID()
    const requestId = randomUUID()
    const { id } = await w.held(vehicle)
    expect(kinds([await w.hold(customerId, [vehicle], requestId)])).toEqual(['AlreadyTaken'])
    await w.outlive(id)
    expect(kinds([await w.hold(customerId, [vehicle], requestId)])).toEqual(['Held'])
  })
})

describe('a hold that has run out', () => {
  it('is pushed aside without waiting for the sweeper, and its end is told before the new beginning', async () => {
    const [vehicle] = await w.vehicles(1)
    const old = await w.held(vehicle)
    await w.outlive(old.id)
    const next = await w.held(vehicle)
    expect(await w.read(old.id)).toMatchObject({ state: 'EXPIRED', items: [{ vehicleId: null }] })
    const told = await w.rows('select subject, type from booking.outbox where subject = any($1) order by id', [
      [old.id, next.id],
    ])
    expect(told).toEqual([
      { subject: old.id, type: 'HoldPlaced' },
      { subject: old.id, type: 'HoldExpired' },
      { subject: next.id, type: 'HoldPlaced' },
    ])
  })

  it('is taken by one of twenty', async () => {
    const [vehicle] = await w.vehicles(1)
    const old = await w.held(vehicle)
    await w.outlive(old.id)
    const outcomes = await Promise.all(times(20, () => w.hold(randomUUID(), [vehicle])))
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1)
  })

  it('can be taken again by the same customer, whose counter stays right', async () => {
    const [vehicle] = await w.vehicles(1)
    const customerId = randomUUID()
    const old = await w.held(vehicle, customerId)
    await w.outlive(old.id)
    await w.held(vehicle, customerId)
    expect(await w.row('select open_holds from booking.customer where customer_id = $1', [customerId])).toEqual({
      open_holds: 1,
    })
  })

  it('does not deadlock when two customers push each other aside, a hundred times', async () => {
    const [a, b] = await w.vehicles(2)
    await w.rows(`update booking.policy set max_holds_per_minute = 1000, max_abandoned = 1000`)
    const [one, other] = [randomUUID(), randomUUID()]
    let [inA, inB] = [await w.held(a, one), await w.held(b, other)]
    for (let round = 0; round < 100; round++) {
      await w.outlive(inA.id, inB.id)
      const [thief, victim] = round % 2 === 0 ? [other, one] : [one, other]
      ;[inA, inB] = await Promise.all([w.held(a, thief), w.held(b, victim)])
    }
    await w.rows(`update booking.policy set max_holds_per_minute = 10, max_abandoned = 3`)
    expect(await w.row(deadlocks)).toEqual({ deadlocks: 0 })
  })
})

describe('what stands in the way', () => {
  it.each([
    ['withdrawn', 'VehicleWithdrawn'],
    ['offline', 'VehicleOffline'],
  ])('of a vehicle that is %s', async (column, kind) => {
    const [vehicle, free] = await w.vehicles(2)
    await w.rows(`update booking.bookable set ${column} = true where id = $1`, [vehicle.id])
    const outcome = await w.hold(randomUUID(), [vehicle])
    expect(outcome).toMatchObject({ ok: false, refusal: { kind, ids: [vehicle.publicId] } })
    expect(!outcome.ok && 'alternatives' in outcome.refusal && outcome.refusal.alternatives).toContainEqual({
      id: free.publicId,
    })
  })

  it('is that nobody knows the id', async () => {
    const publicId = randomUUID()
    expect(await w.hold(randomUUID(), [{ id: '', publicId }])).toEqual({
      ok: false,
      refusal: { kind: 'BookableNotFound', ids: [publicId] },
    })
  })

  it('is that a booking has one vehicle', async () => {
    const vehicles = await w.vehicles(2)
    const refusal = { kind: 'TooManyItems', limit: 1 }
    expect(await w.hold(randomUUID(), vehicles)).toEqual({ ok: false, refusal })
    expect(await w.hold(randomUUID(), [vehicles[0], vehicles[0]])).toEqual({ ok: false, refusal })
  })

  it('is answered with the nearest by metres, not by degrees', async () => {
    const [wanted, north, east] = await w.vehicles(3)
    const put = ({ id }: Vehicle, latitude: number, longitude: number) =>
      w.rows('update booking.bookable set latitude = $2, longitude = $3 where id = $1', [id, latitude, longitude])
    await put(wanted, 53.55, 10)
    await put(north, 53.551, 10) // 111 m
    await put(east, 53.55, 10.0013) // 86 m
    await w.held(wanted)
    const outcome = await w.hold(randomUUID(), [wanted])
    const ids = (!outcome.ok && 'alternatives' in outcome.refusal && outcome.refusal.alternatives) || []
    expect(ids.slice(0, 2)).toEqual([{ id: east.publicId }, { id: north.publicId }])
  })

  it('is never an alternative', async () => {
    const [wanted, offline, withdrawn] = await w.vehicles(3)
    await w.held(wanted)
    await w.rows('update booking.bookable set offline = true where id = $1', [offline.id])
    await w.rows('update booking.bookable set withdrawn = true where id = $1', [withdrawn.id])
    const outcome = await w.hold(randomUUID(), [wanted])
    const ids = (!outcome.ok && 'alternatives' in outcome.refusal && outcome.refusal.alternatives) || []
    expect(ids.length).toBeGreaterThan(0)
    for (const each of [wanted, offline, withdrawn]) expect(ids).not.toContainEqual({ id: each.publicId })
  })
})

describe('a customer', () => {
  it('has at most three open holds, also when asking for ten at once', async () => {
    const customerId = randomUUID()
    const vehicles = await w.vehicles(10)
    const outcomes = await Promise.all(vehicles.map((vehicle) => w.hold(customerId, [vehicle])))
    expect(kinds(outcomes)).toEqual([...times(3, () => 'Held'), ...times(7, () => 'TooManyHolds')])
    expect(outcomes.find(({ ok }) => !ok)).toEqual({ ok: false, refusal: { kind: 'TooManyHolds', limit: 3 } })
  })

  it('places at most ten holds in a minute', async () => {
    const customerId = randomUUID()
    const vehicles = await w.vehicles(11)
    const before = Date.now()
    for (const vehicle of vehicles.slice(0, 10)) {
      const { id } = await w.held(vehicle, customerId)
      await w.rows(
        `update booking.booking set state = 'CANCELLED', cancel_reason = 'CUSTOMER', expires_at = null where id = $1`,
        [id],
      )
    }
    const outcome = await w.hold(customerId, [at(vehicles, 10)])
    expect(outcome).toMatchObject({ ok: false, refusal: { kind: 'HoldsTooFast' } })
    const retryAt = !outcome.ok && 'retryAt' in outcome.refusal ? outcome.refusal.retryAt.getTime() : 0
    expect(retryAt - before).toBeGreaterThan(59_000)
    expect(retryAt - before).toBeLessThan(66_000)
    await w.rows(`update booking.customer set minute_from = now() - interval '1 minute' where customer_id = $1`, [
      customerId,
    ])
    await w.held(at(vehicles, 10), customerId)
  })

  it('cools down after three holds in a row were left to run out; a paid one in between begins the count anew', async () => {
    const customerId = randomUUID()
    const vehicles = await w.vehicles(6)
    const abandon = async (index: number) => {
      const { id } = await w.held(at(vehicles, index), customerId)
      await w.outlive(id)
      await expireDue(w.pool)
    }
    await abandon(0)
    await abandon(1)
    const paid = await w.held(at(vehicles, 2), customerId)
    const { paymentId } = await w.claim(paid)
    await w.confirm(paid.id, paymentId)
    await abandon(3)
    await abandon(4)
    await abandon(5)
    const outcome = await w.hold(customerId, [at(vehicles, 0)])
    expect(outcome).toMatchObject({ ok: false, refusal: { kind: 'CoolingDown' } })
    const retryAt = !outcome.ok && 'retryAt' in outcome.refusal ? outcome.refusal.retryAt.getTime() : 0
    expect(retryAt - Date.now()).toBeGreaterThan(890_000)
    expect(retryAt - Date.now()).toBeLessThan(901_000)
  })
})

describe('the wall', () => {
  it('is the index: with the ledger wrong on purpose, the vehicle still has one holder', async () => {
    const [vehicle] = await w.vehicles(1)
    const first = await w.held(vehicle)
    await w.rows('update booking.bookable set holder = null, held_until = null where id = $1', [vehicle.id])
    const outcome = await w.hold(randomUUID(), [vehicle])
    expect(outcome).toMatchObject({ ok: false, refusal: { kind: 'AlreadyTaken', takenIds: [vehicle.publicId] } })
    const live = await w.rows('select booking_id from booking.booking_item where bookable_id = $1 and live', [
      vehicle.id,
    ])
    expect(live).toEqual([{ booking_id: first.id }])
    await w.rows(
      `update booking.bookable u set holder = b.id, held_until = b.expires_at from booking.booking b
       where u.id = $1 and b.id = $2`,
      [vehicle.id, first.id],
    )
  })
})

describe('a connection killed while it holds', () => {
  it('leaves nothing of the hold: no booking, no request, no event, no counter', async () => {
    const [vehicle] = await w.vehicles(1)
    const customerId = randomUUID()
    const requestId = randomUUID()
    // Somebody is at the vehicle, so the hold has begun and waits.
    const blocker = await w.pools.owner.connect()
    await blocker.query('begin')
    await blocker.query('select from booking.bookable where id = $1 for update', [vehicle.id])
    const holding = w.hold(customerId, [vehicle], requestId)
    const lost = expect(holding).rejects.toThrow(/terminat/)
    const waiting = `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    while ((await w.rows(waiting)).length === 0);
    await w.rows(`select pg_terminate_backend(pid) from (${waiting}) w`)
    await lost
    await blocker.query('rollback')
    blocker.release()
    const { left } = await w.row(
      `select (select count(*) from booking.booking where customer_id = $1)
        + (select count(*) from booking.request where customer_id = $1)
        + (select count(*) from booking.customer where customer_id = $1)
        + (select count(*) from booking.outbox where data->>'customerId' = $1::text)
        + (select count(*) from booking.bookable where id = $2 and holder is not null) as left`,
      [customerId, vehicle.id],
    )
    expect(left).toBe(0)
    expect(kinds([await w.hold(customerId, [vehicle], requestId)])).toEqual(['Held'])
  })
})

const deadlocks = 'select deadlocks from pg_stat_database where datname = current_database()'
const at = <T>(list: readonly T[], index: number): T => {
  const found = list[index]
  if (found === undefined) throw new Error(`nothing at ${index}`)
  return found
}
