import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Event, type EventType, type Payload, parseEvent, streamOf } from '@holdfast/contracts'
import { testRedis } from '@holdfast/dev/testing'
import { consumeStream, relayOutbox } from '@holdfast/service/events'
import { createBlockingRedis, createRedis, type Redis } from '@holdfast/service/redis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { cancelBooking } from '../src/commands/cancelBooking.ts'
import { extendHold } from '../src/commands/extendHold.ts'
import { onFleetEvents } from '../src/events/consumed.ts'
import { pricesOf } from '../src/store/bookables.ts'
import { expireDueBookings } from '../src/store/expiry.ts'
import { createFixture, type Fixture, silent as log, type Vehicle } from './fixture.ts'

let fixture: Fixture
let server: Awaited<ReturnType<typeof testRedis>>
let redis: Redis
const stopping = new AbortController()
const running: Promise<unknown>[] = []
const connections: Redis[] = []

beforeAll(async () => {
  fixture = await createFixture()
  server = await testRedis()
  const { signal } = stopping
  const connect = (make: typeof createRedis) => {
    const connection = make(server.url, log)
    connections.push(connection)
    return connection
  }
  redis = connect(createBlockingRedis)
  for (const owner of ['booking', 'fleet'] as const) {
    const databaseUrl = fixture.database.url(owner)
    running.push(
      relayOutbox({ owner, databaseUrl, pool: fixture.pools[owner], redis: connect(createRedis), log, signal }),
    )
  }
  running.push(
    consumeStream({
      consumer: 'booking-fleet',
      owner: 'booking',
      stream: streamOf('fleet'),
      parse: parseEvent,
      handlers: onFleetEvents,
      databaseUrl: fixture.database.url('booking'),
      pool: fixture.pool,
      redis: connect(createBlockingRedis),
      log,
      signal,
    }),
  )
})
afterEach(async () => {
  expect(await fixture.broken()).toEqual([])
})
afterAll(async () => {
  stopping.abort()
  for (const connection of connections) connection.disconnect()
  await Promise.all(running)
  await server.stop()
  await fixture[Symbol.asyncDispose]()
})

/** Writes the event to fleet's outbox and waits until booking has consumed it. */
async function publishAsFleet<T extends EventType>(type: T, subject: string, data: Payload<T>): Promise<string> {
  const { rows } = await fixture.pools.fleet.query(
    'insert into fleet.outbox (subject, type, data) values ($1, $2, $3) returning event_id',
    [subject, type, data],
  )
  const { event_id } = rows[0]
  await until(
    async () => (await fixture.rows('select from booking.inbox where event_id = $1', [event_id])).length === 1,
  )
  return event_id
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 15_000; !(await isSo()); await sleep(20)) {
    if (Date.now() > deadline) throw new Error('did not happen within 15 s')
  }
}

const place = { latitude: 50.1106, longitude: 8.6821 }
const list = async (vehicleId: string = randomUUID()): Promise<Vehicle> => {
  const publicId = randomUUID()
  await publishAsFleet('VehicleListed', vehicleId, {
    vehicleId,
    publicId,
    vehicleType: 'scooter',
    pricePlanId: 'scooter',
    place,
  })
  return { id: vehicleId, publicId }
}
const online = (vehicleId: string) => publishAsFleet('VehicleContactRestored', vehicleId, { vehicleId })
const refusalOf = async (vehicle: Vehicle) => {
  const outcome = await fixture.hold(randomUUID(), [vehicle])
  return outcome.ok ? null : outcome.refusal.kind
}
const riding = async () => {
  const vehicle = await list()
  await online(vehicle.id)
  const booking = await fixture.held(vehicle)
  const { paymentId } = await fixture.claim(booking)
  await fixture.confirm(booking.id, paymentId)
  const startedAt = new Date(Date.now() - 12 * 60_000 - 1)
  await fixture.start(booking.id, startedAt)
  const publicId = randomUUID()
  const tripEnded: Payload<'TripEnded'> = {
    vehicleId: vehicle.id,
    bookingId: booking.id,
    tripId: randomUUID(),
    startedAt: startedAt.toISOString(),
    endedAt: new Date(startedAt.getTime() + 12 * 60_000).toISOString(),
    publicId,
    place: { latitude: 50.12, longitude: 8.7 },
  }
  return { vehicle, booking, tripEnded, relisted: { id: vehicle.id, publicId } }
}

describe('an event of fleet', () => {
  it('makes a vehicle bookable once it is listed and in contact', async () => {
    const vehicle = await list()
    expect(await refusalOf(vehicle)).toBe('VehicleOffline')
    await online(vehicle.id)
    expect(await refusalOf(vehicle)).toBeNull()
    expect((await pricesOf(fixture.prisma, [vehicle.publicId])).get(vehicle.publicId)).toMatchObject({
      unlock: { amountMinor: 100, currency: 'EUR' },
    })
  })

  it('changes contact or service, each without the other: out of service is shown first, and a relisted vehicle has its last contact', async () => {
    const vehicle = await list()
    await online(vehicle.id)
    await publishAsFleet('VehicleContactLost', vehicle.id, { vehicleId: vehicle.id })
    expect(await refusalOf(vehicle)).toBe('VehicleOffline')
    await publishAsFleet('VehicleWithdrawn', vehicle.id, { vehicleId: vehicle.id })
    expect(await refusalOf(vehicle)).toBe('VehicleWithdrawn')
    expect((await pricesOf(fixture.prisma, [vehicle.publicId])).size).toBe(0)
    const relisted = await list(vehicle.id)
    expect(await refusalOf(vehicle)).toBe('BookableNotFound')
    expect(await refusalOf(relisted)).toBe('VehicleOffline')
    await online(vehicle.id)
    expect(await refusalOf(relisted)).toBeNull()
  })

  it('cancels the booking of a vehicle that is taken out of service before the ride', async () => {
    const vehicle = await list()
    await online(vehicle.id)
    const booking = await fixture.held(vehicle)
    await publishAsFleet('VehicleWithdrawn', vehicle.id, { vehicleId: vehicle.id })
    expect(await fixture.read(booking.id)).toMatchObject({ state: 'CANCELLED', reason: 'OPERATOR' })
  })

  it('completes the booking: it has a fare, and the vehicle is free at its new place under its new public id', async () => {
    const { vehicle, booking, tripEnded, relisted } = await riding()
    expect(await refusalOf(vehicle)).toBe('AlreadyTaken')
    await publishAsFleet('TripEnded', vehicle.id, tripEnded)
    expect(await fixture.read(booking.id)).toMatchObject({
      state: 'COMPLETED',
      endedAt: new Date(tripEnded.endedAt),
      fare: { total: { amountMinor: 400, currency: 'EUR' }, lines: [{ kind: 'UNLOCK' }, { quantity: 12 }] },
      items: [{ vehicleId: null }],
    })
    expect(await fixture.row('select latitude, longitude from booking.bookable where id = $1', [vehicle.id])).toEqual(
      tripEnded.place,
    )
    expect(await refusalOf(vehicle)).toBe('BookableNotFound')
    expect(await refusalOf(relisted)).toBeNull()
  })

  it('has its effect once, also when it arrives several times', async () => {
    const { vehicle, booking, tripEnded, relisted } = await riding()
    const eventId = await publishAsFleet('TripEnded', vehicle.id, tripEnded)
    const next = await fixture.held(relisted)
    const entries = await redis.xrange(streamOf('fleet'), '-', '+')
    const json = entries.flatMap(([, fields]) => fields).find((field) => field.includes(eventId))
    for (let i = 0; i < 3; i++) await redis.xadd(streamOf('fleet'), '*', 'event', json ?? '')
    const other = await list() // Follows them in the stream, so they have been consumed.
    await online(other.id)
    expect(await fixture.read(next.id)).toMatchObject({ state: 'HELD', items: [{ vehicleId: relisted.publicId }] })
    expect((await fixture.events(booking.id)).filter((type) => type === 'BookingCompleted')).toHaveLength(1)
  })

  it('is neither lost nor repeated when Redis loses all its data', async () => {
    const { vehicle, booking, tripEnded, relisted } = await riding()
    await publishAsFleet('TripEnded', vehicle.id, tripEnded)
    const next = await fixture.held(relisted)
    await redis.flushall()
    await server.kill()
    const { rows } = await fixture.pools.fleet.query(
      `insert into fleet.outbox (subject, type, data) values ($1, 'VehicleContactLost', $2) returning event_id`,
      [vehicle.id, { vehicleId: vehicle.id }],
    )
    await server.start()
    await until(
      async () =>
        (await fixture.rows('select from booking.inbox where event_id = $1', [rows[0].event_id])).length === 1,
    )
    expect(await fixture.row('select offline from booking.bookable where id = $1', [vehicle.id])).toEqual({
      offline: true,
    })
    expect(await fixture.read(next.id)).toMatchObject({ state: 'HELD' })
    expect((await fixture.events(booking.id)).filter((type) => type === 'BookingCompleted')).toHaveLength(1)
  })
})

describe('the events of booking', () => {
  it('parse by contract and come in order, for every course of a booking', async () => {
    const { vehicle, booking: completed, tripEnded } = await riding()
    await publishAsFleet('TripEnded', vehicle.id, tripEnded)
    const vehicles = await fixture.vehicles(3)
    const [cancelled, expired, unstarted] = [
      await fixture.held(vehicles[0]),
      await fixture.held(vehicles[1]),
      await fixture.held(vehicles[2]),
    ]
    const mine = { customerId: cancelled.customerId, bookingId: cancelled.id }
    await extendHold(fixture, { ...mine, requestId: randomUUID() })
    await cancelBooking(fixture, { visible: { customerId: mine.customerId }, bookingId: mine.bookingId })
    const { paymentId } = await fixture.claim(unstarted)
    await fixture.passDeadline(unstarted.id)
    await fixture.review(unstarted.id, paymentId)
    await fixture.confirm(unstarted.id, paymentId)
    await fixture.passDeadline(expired.id, unstarted.id)
    await expireDueBookings(fixture.pool)

    await until(async () => (await fixture.rows('select from booking.outbox where published_at is null')).length === 0)
    const entries = await redis.xrange(streamOf('booking'), '-', '+')
    const events = entries.map(([, [, json]]): Event => parseEvent(json ?? ''))
    const of = ({ id }: { id: string }) => events.filter(({ subject }) => subject === id).map(({ type }) => type)
    expect(of(completed)).toEqual([
      'HoldPlaced',
      'BookingMoved',
      'BookingConfirmed',
      'BookingStarted',
      'BookingCompleted',
    ])
    expect(of(cancelled)).toEqual(['HoldPlaced', 'BookingMoved', 'BookingCancelled'])
    expect(of(expired)).toEqual(['HoldPlaced', 'HoldExpired'])
    expect(of(unstarted)).toEqual(['HoldPlaced', 'BookingMoved', 'BookingMoved', 'BookingConfirmed', 'BookingExpired'])
  })
})
