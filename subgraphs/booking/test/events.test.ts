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
import { expireDue } from '../src/store/expiry.ts'
import { silent as log, type Vehicle, type World, world } from './world.ts'

let w: World
let server: Awaited<ReturnType<typeof testRedis>>
let redis: Redis
const stopping = new AbortController()
const running: Promise<unknown>[] = []
const connections: Redis[] = []

beforeAll(async () => {
  w = await world()
  server = await testRedis()
  const { signal } = stopping
  const connect = (make: typeof createRedis) => {
    const connection = make(server.url, log)
    connections.push(connection)
    return connection
  }
  redis = connect(createBlockingRedis)
  for (const owner of ['booking', 'fleet'] as const) {
    const databaseUrl = w.database.url(owner)
    running.push(relayOutbox({ owner, databaseUrl, pool: w.pools[owner], redis: connect(createRedis), log, signal }))
  }
  running.push(
    consumeStream({
      consumer: 'booking-fleet',
      owner: 'booking',
      stream: streamOf('fleet'),
      databaseUrl: w.database.url('booking'),
      pool: w.pool,
      redis: connect(createBlockingRedis),
      log,
      signal,
      parse: parseEvent,
      handlers: onFleetEvents,
    }),
  )
})
afterEach(async () => {
  expect(await w.broken()).toEqual([])
})
afterAll(async () => {
  stopping.abort()
  for (const connection of connections) connection.disconnect()
  await Promise.all(running)
  await server.stop()
  await w[Symbol.asyncDispose]()
})

/** Fleet says it, in its own outbox; resolves when booking's inbox has it. */
async function fleetSays<T extends EventType>(type: T, subject: string, data: Payload<T>): Promise<string> {
  const { rows } = await w.pools.fleet.query(
    'insert into fleet.outbox (subject, type, data) values ($1, $2, $3) returning event_id',
    [subject, type, data],
  )
  const { event_id } = rows[0]
  await until(async () => (await w.rows('select from booking.inbox where event_id = $1', [event_id])).length === 1)
  return event_id
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 15_000; !(await isSo()); await sleep(20)) {
    if (Date.now() > deadline) throw new Error('it did not come to be so')
  }
}

const place = { latitude: 50.1106, longitude: 8.6821 }
const list = async (vehicleId: string = randomUUID()): Promise<Vehicle> => {
  const publicId = randomUUID()
  await fleetSays('VehicleListed', vehicleId, {
    vehicleId,
    publicId,
    vehicleType: 'scooter',
    pricePlanId: 'scooter',
    place,
  })
  return { id: vehicleId, publicId }
}
const online = (vehicleId: string) => fleetSays('VehicleContactRestored', vehicleId, { vehicleId })
const refusalOf = async (vehicle: Vehicle) => {
  const outcome = await w.hold(randomUUID(), [vehicle])
  return outcome.ok ? null : outcome.refusal.kind
}
const riding = async () => {
  const vehicle = await list()
  await online(vehicle.id)
  const booking = await w.held(vehicle)
  const { paymentId } = await w.claim(booking)
  await w.confirm(booking.id, paymentId)
  const startedAt = new Date(Date.now() - 12 * 60_000 - 1)
  await w.start(booking.id, startedAt)
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
  return { vehicle, booking, tripEnded, renamed: { id: vehicle.id, publicId } }
}

describe('what fleet says', () => {
  it('makes a vehicle bookable once it is listed and was heard', async () => {
    const vehicle = await list()
    expect(await refusalOf(vehicle)).toBe('VehicleOffline')
    await online(vehicle.id)
    expect(await refusalOf(vehicle)).toBeNull()
    expect((await pricesOf(w.prisma, [vehicle.publicId])).get(vehicle.publicId)).toMatchObject({
      unlock: { amountMinor: 100, currency: 'EUR' },
    })
  })

  it('keeps contact and service apart: out of service wins, and contact is as last said when it is back', async () => {
    const vehicle = await list()
    await online(vehicle.id)
    await fleetSays('VehicleContactLost', vehicle.id, { vehicleId: vehicle.id })
    expect(await refusalOf(vehicle)).toBe('VehicleOffline')
    await fleetSays('VehicleWithdrawn', vehicle.id, { vehicleId: vehicle.id })
    expect(await refusalOf(vehicle)).toBe('VehicleWithdrawn')
    expect((await pricesOf(w.prisma, [vehicle.publicId])).size).toBe(0)
    const relisted = await list(vehicle.id)
    expect(await refusalOf(vehicle)).toBe('BookableNotFound')
    expect(await refusalOf(relisted)).toBe('VehicleOffline')
    await online(vehicle.id)
    expect(await refusalOf(relisted)).toBeNull()
  })

  it('cancels the booking of a vehicle that is taken out of service before its customer came', async () => {
    const vehicle = await list()
    await online(vehicle.id)
    const booking = await w.held(vehicle)
    await fleetSays('VehicleWithdrawn', vehicle.id, { vehicleId: vehicle.id })
    expect(await w.read(booking.id)).toMatchObject({ state: 'CANCELLED', reason: 'OPERATOR' })
  })

  it('ends the ride: the fare is known, the vehicle free under its new name, where it stands now', async () => {
    const { vehicle, booking, tripEnded, renamed } = await riding()
    expect(await refusalOf(vehicle)).toBe('AlreadyTaken')
    await fleetSays('TripEnded', vehicle.id, tripEnded)
    expect(await w.read(booking.id)).toMatchObject({
      state: 'COMPLETED',
      endedAt: new Date(tripEnded.endedAt),
      fare: { total: { amountMinor: 400, currency: 'EUR' }, lines: [{ kind: 'UNLOCK' }, { quantity: 12 }] },
      items: [{ vehicleId: null }],
    })
    expect(await w.row('select latitude, longitude from booking.bookable where id = $1', [vehicle.id])).toEqual(
      tripEnded.place,
    )
    expect(await refusalOf(vehicle)).toBe('BookableNotFound')
    expect(await refusalOf(renamed)).toBeNull()
  })

  it('has its effect once, however often it arrives', async () => {
    const { vehicle, booking, tripEnded, renamed } = await riding()
    const eventId = await fleetSays('TripEnded', vehicle.id, tripEnded)
    const next = await w.held(renamed)
    const entries = await redis.xrange(streamOf('fleet'), '-', '+')
    const json = entries.flatMap(([, fields]) => fields).find((field) => field.includes(eventId))
    for (let i = 0; i < 3; i++) await redis.xadd(streamOf('fleet'), '*', 'event', json ?? '')
    const other = await list() // Comes after them in the stream, so they are through.
    await online(other.id)
    expect(await w.read(next.id)).toMatchObject({ state: 'HELD', items: [{ vehicleId: renamed.publicId }] })
    expect((await w.events(booking.id)).filter((type) => type === 'BookingCompleted')).toHaveLength(1)
  })

  it('is not lost and not done twice when Redis dies with all it had', async () => {
    const { vehicle, booking, tripEnded, renamed } = await riding()
    await fleetSays('TripEnded', vehicle.id, tripEnded)
    const next = await w.held(renamed)
    await redis.flushall()
    await server.kill()
    const { rows } = await w.pools.fleet.query(
      `insert into fleet.outbox (subject, type, data) values ($1, 'VehicleContactLost', $2) returning event_id`,
      [vehicle.id, { vehicleId: vehicle.id }],
    )
    await server.start()
    await until(
      async () => (await w.rows('select from booking.inbox where event_id = $1', [rows[0].event_id])).length === 1,
    )
    expect(await w.row('select offline from booking.bookable where id = $1', [vehicle.id])).toEqual({ offline: true })
    expect(await w.read(next.id)).toMatchObject({ state: 'HELD' })
    expect((await w.events(booking.id)).filter((type) => type === 'BookingCompleted')).toHaveLength(1)
  })
})

describe('what booking says', () => {
  it('is readable by contract, in order, for every way a booking can go', async () => {
    const { vehicle, booking: completed, tripEnded } = await riding()
    await fleetSays('TripEnded', vehicle.id, tripEnded)
    const vehicles = await w.vehicles(3)
    const [cancelled, expired, unstarted] = [
      await w.held(vehicles[0]),
      await w.held(vehicles[1]),
      await w.held(vehicles[2]),
    ]
    const mine = { customerId: cancelled.customerId, bookingId: cancelled.id }
    await extendHold(w.pool)({ ...mine, requestId: randomUUID() })
    await cancelBooking(w.pool)({ whose: { customerId: mine.customerId }, bookingId: mine.bookingId })
    const { paymentId } = await w.claim(unstarted)
    await w.outlive(unstarted.id)
    await w.review(unstarted.id, paymentId)
    await w.confirm(unstarted.id, paymentId)
    await w.outlive(expired.id, unstarted.id)
    await expireDue(w.pool)

    await until(async () => (await w.rows('select from booking.outbox where published_at is null')).length === 0)
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
