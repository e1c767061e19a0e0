import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { anonymous, eventually, type Fleet, operator, rider, startFleet } from './fleet-process.ts'
import { parkingPlace, type TestVehicle } from './test-vehicle.ts'

const watchMap = `
  subscription ($box: BoxInput!, $filter: VehicleFilter) {
    vehicleAvailability(box: $box, filter: $filter) {
      snapshot sequence truncated goneIds
      vehicles { id state lock speed batteryPercent position { latitude longitude } }
    }
  }`

interface Message {
  snapshot: boolean
  sequence: number
  truncated: boolean
  goneIds: string[]
  vehicles: {
    id: string
    state: string
    lock: string | null
    speed: number
    position: { latitude: number; longitude: number }
  }[]
}

const box = { south: 50.1, west: 8.67, north: 50.1125, east: 8.7 }
const unlock = `mutation ($input: UnlockVehicleInput!) { unlockVehicle(input: $input) { __typename } }`
const end = `mutation ($input: EndTripInput!) { endTrip(input: $input) { __typename } }`

/** What a map shows after these messages; throws when a message is missing. */
function shownAfter(messages: readonly Message[]): Map<string, Message['vehicles'][number]> {
  const shown = new Map<string, Message['vehicles'][number]>()
  for (const [i, message] of messages.entries()) {
    expect(message.sequence).toBe(i)
    if (message.snapshot) shown.clear()
    for (const id of message.goneIds) shown.delete(id)
    for (const vehicle of message.vehicles) shown.set(vehicle.id, vehicle)
  }
  return shown
}

let fleet: Fleet
const vehicles: TestVehicle[] = []

beforeAll(async () => {
  fleet = await startFleet({ vehicles: 24 })
  for (const device of fleet.devices) vehicles.push(await fleet.connect(device))
  for (const device of fleet.devices)
    await eventually(
      () => fleet.vehicle(device),
      ({ listed }) => listed,
    )
}, 60_000)
afterAll(async () => fleet?.[Symbol.asyncDispose]())

const listedIds = async () =>
  (await fleet.owner.query<{ public_id: string }>('select public_id from fleet.vehicle_availability')).rows
    .map(({ public_id }) => public_id)
    .sort()

const map = (viewer = anonymous, given = box) => fleet.watch<Message>(watchMap, { box: given }, viewer)
const idsOn = (watched: { received: Message[] }) => [...shownAfter(watched.received).keys()].sort()

describe('vehicleAvailability', () => {
  it('shows what is there, then a ride: gone for everybody, moving for its rider and operators, back under a new id', async () => {
    const [vehicle] = vehicles
    if (!vehicle) throw new Error('no vehicle')
    const riderId = randomUUID()
    const watched = { public: map(), other: map(rider()), own: map(rider(riderId)), operators: map(operator) }
    const all = Object.values(watched)
    for (const each of all)
      await eventually(
        () => each.received,
        ({ length }) => length > 0,
      )
    for (const { received } of all) expect(received[0]).toMatchObject({ snapshot: true, sequence: 0, truncated: false })
    const before = (await fleet.vehicle(vehicle.device)).public_id
    for (const each of all) expect(idsOn(each)).toContain(before)

    const { bookingId, viewer } = await fleet.book(vehicle.device, { riderId })
    for (const each of [watched.public, watched.other])
      await eventually(
        () => idsOn(each),
        (ids) => !ids.includes(before),
      )
    await eventually(
      () => shownAfter(watched.own.received).get(before)?.state,
      (state) => state === 'RESERVED',
    )
    const rentedSince = watched.public.received.length

    await fleet.ask(unlock, { input: { requestId: randomUUID(), bookingId } }, viewer)
    for (const each of [watched.own, watched.operators]) {
      await eventually(
        () => shownAfter(each.received).get(before),
        (shown) => shown?.state === 'ON_TRIP' && shown.lock === 'UNLOCKED',
      )
    }
    for (let step = 1; step <= 6; step++) {
      await vehicle.report({ latitude: parkingPlace.latitude + step * 0.0002, speed: 4 })
      await sleep(300)
    }
    const now = parkingPlace.latitude + 6 * 0.0002
    for (const each of [watched.own, watched.operators]) {
      await eventually(
        () => shownAfter(each.received).get(before)?.position.latitude,
        (latitude) => latitude === now,
      )
    }

    // Out of the box: gone for its rider too.
    await vehicle.report({ latitude: 50.113, speed: 4 })
    await eventually(
      () => idsOn(watched.own),
      (ids) => !ids.includes(before),
    )
    await vehicle.report({ ...parkingPlace, speed: 0 })
    await eventually(
      () => idsOn(watched.own),
      (ids) => ids.includes(before),
    )

    await eventually(
      async () => (await fleet.ask(end, { input: { requestId: randomUUID(), bookingId } }, viewer)).data,
      (data) => JSON.stringify(data).includes('EndTripSuccess'),
    )
    await eventually(
      () => fleet.vehicle(vehicle.device),
      ({ state }) => state === 'AVAILABLE',
    )
    const after = (await fleet.vehicle(vehicle.device)).public_id
    await eventually(
      () => idsOn(watched.own),
      (ids) => !ids.includes(before),
    )
    expect(idsOn(watched.public)).not.toContain(after)
    await fleet.complete(bookingId)
    for (const each of all)
      await eventually(
        () => idsOn(each),
        (ids) => ids.includes(after),
      )

    for (const { received } of [watched.public, watched.other]) {
      const rented = received.slice(rentedSince).flatMap((message) => message.vehicles)
      expect(rented.filter(({ id }) => id === before)).toEqual([])
      expect(rented.filter(({ state, lock }) => state !== 'AVAILABLE' || lock !== null)).toEqual([])
    }
    for (const { received } of all)
      expect(JSON.stringify(received)).not.toContain((await fleet.vehicle(vehicle.device)).id)
    for (const each of all) each.stop()
  }, 60_000)

  it('misses no change between snapshot and changes, and leaves no vehicle that is gone', async () => {
    const others = vehicles.slice(1, 13)
    let stop = false
    const bookings: string[] = []
    const change = async (vehicle: TestVehicle) => {
      while (!stop) {
        const { bookingId } = await fleet.book(vehicle.device)
        bookings.push(bookingId)
        await sleep(Math.random() * 80)
        await fleet.move(bookingId, 'CANCELLED')
        await sleep(Math.random() * 80)
      }
    }
    const changing = others.map(change)
    const watched: ReturnType<typeof map>[] = []
    while (watched.length < 15) {
      watched.push(map(rider()))
      const expected = watched.length * 3
      await eventually(
        () => bookings.length,
        (count) => count >= expected,
      )
    }
    stop = true
    await Promise.all(changing)
    // Every change is consumed when the last booking has left no vehicle reserved.
    await eventually(
      () => fleet.one<{ n: number }>(`select count(*)::integer as n from booking.outbox where published_at is null`),
      ({ n }) => n === 0,
    )
    await eventually(listedIds, (ids) => ids.length === fleet.devices.length, 20_000)
    const truth = await listedIds()
    for (const each of watched)
      await eventually(
        () => idsOn(each),
        (ids) => JSON.stringify(ids) === JSON.stringify(truth),
      )
    for (const each of watched) each.stop()
  }, 60_000)

  it('continues with a new snapshot after Redis was away', async () => {
    const watched = map()
    await eventually(
      () => watched.received,
      ({ length }) => length > 0,
    )
    await fleet.redis.kill()
    await fleet.redis.start()
    await eventually(
      () => watched.received.at(-1),
      (message) => message?.snapshot === true && message.sequence > 0,
      10_000,
    )
    expect(idsOn(watched)).toEqual(await listedIds())
    watched.stop()
  })

  it('refuses impossible boxes, with every fault', async () => {
    const watched = map(anonymous, { south: 95, west: 10, north: 50, east: 9 })
    await eventually(
      () => watched.ended.done || watched.ended.errors.length > 0,
      (ended) => ended,
    )
    expect(JSON.stringify(watched.ended.errors)).toContain('south must be -90 to 90')
    expect(JSON.stringify(watched.ended.errors)).toContain('west must be less than east')
    const wide = map(anonymous, { south: 49, west: 8, north: 51, east: 9 })
    await eventually(
      () => wide.ended.errors.length,
      (errors) => errors > 0,
    )
    expect(JSON.stringify(wide.ended.errors)).toContain('BAD_USER_INPUT')
  })

  it("shows a rider's commands to that rider and operators only", async () => {
    const vehicle = vehicles[20]
    if (!vehicle) throw new Error('no vehicle')
    const { bookingId, viewer } = await fleet.book(vehicle.device)
    const watch = (who: typeof viewer) =>
      fleet.watch<{ state: string } | null>(
        'subscription ($id: ID!) { commandStatus(bookingId: $id) { state } }',
        { id: bookingId },
        who,
      )
    const watched = { own: watch(viewer), stranger: watch(rider()), anonymous: watch(anonymous) }
    await eventually(
      () => watched.own.received,
      ({ length }) => length === 1,
    )
    await fleet.ask(unlock, { input: { requestId: randomUUID(), bookingId } }, viewer)
    await eventually(
      () => watched.own.received.at(-1)?.state,
      (state) => state === 'EXECUTED',
    )
    await eventually(
      () => watched.stranger.ended.done,
      (done) => done,
    )
    expect(watched.stranger.received).toEqual([null])
    expect(watched.anonymous.received).toEqual([])
    const late = watch(operator)
    await eventually(
      () => late.received.at(-1)?.state,
      (state) => state === 'EXECUTED',
    )
    late.stop()
    watched.own.stop()
  })
})
