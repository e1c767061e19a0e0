import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { eventually, type Fleet, operator, rider, startFleet } from './fleet-process.ts'
import { parkingPlace, type TestVehicle } from './test-vehicle.ts'

const unlock = `mutation ($input: UnlockVehicleInput!) { unlockVehicle(input: $input) { __typename } }`
const end = `
  mutation ($input: EndTripInput!) {
    endTrip(input: $input) {
      __typename
      ... on EndTripSuccess { command { id state action } }
      ... on EndTripBlocked {
        blockers {
          __typename
          ... on NotInParkingZone { distanceMeters nearest { name kind } }
          ... on InNoParkingZone { zone { name } }
          ... on StillMoving { speed }
        }
      }
      ... on Problem { message }
    }
  }`

interface Answer {
  __typename: string
  message?: string
  command?: { id: string }
  blockers?: { __typename: string; distanceMeters?: number }[]
}

let fleet: Fleet
const vehicles: TestVehicle[] = []

beforeAll(async () => {
  fleet = await startFleet({ vehicles: 6, env: { COMMAND_TTL_SECONDS: '2' } })
  for (const device of fleet.devices) vehicles.push(await fleet.connect(device))
  for (const device of fleet.devices)
    await eventually(
      () => fleet.vehicle(device),
      ({ listed }) => listed,
    )
}, 60_000)
afterAll(async () => fleet?.[Symbol.asyncDispose]())

const odometerIs = (vehicleId: string, expected: number) =>
  eventually(
    () =>
      fleet.one<{ odometer: number }>('select odometer from fleet.vehicle_position where vehicle_id = $1', [vehicleId]),
    ({ odometer }) => odometer === expected,
  )

/** A vehicle on a trip that has just reported its position. */
async function riding() {
  const vehicle = vehicles.shift()
  if (!vehicle) throw new Error('no vehicle left')
  const booked = await fleet.book(vehicle.device)
  const { bookingId, riderId, vehicleId } = booked
  await vehicle.report({ odometer: 1_000 })
  await odometerIs(vehicleId, 1_000)
  await fleet.ask(unlock, { input: { requestId: randomUUID(), bookingId } }, rider(riderId))
  await eventually(
    () => fleet.vehicle(vehicle.device),
    ({ state }) => state === 'ON_TRIP',
  )
  await vehicle.report()
  return { ...booked, vehicle }
}

const finish = async (bookingId: string, riderId: string, requestId: string = randomUUID()): Promise<Answer> => {
  const { data, errors } = await fleet.ask(end, { input: { requestId, bookingId } }, rider(riderId))
  if (errors) throw new Error(JSON.stringify(errors))
  return data?.['endTrip'] as Answer
}

const speedIs = (vehicleId: string, speed: number) =>
  eventually(
    () => fleet.one<{ speed: number }>('select speed from fleet.vehicle_position where vehicle_id = $1', [vehicleId]),
    (row) => row.speed === speed,
  )

describe('endTrip', () => {
  it('locks, ends the trip, gives the vehicle a new id in that transaction, and offers it when booking has completed', async () => {
    const { vehicle, bookingId, riderId, vehicleId, viewer } = await riding()
    const before = await fleet.vehicle(vehicle.device)
    await vehicle.report({ odometer: 2_500 })
    await odometerIs(vehicleId, 2_500)
    const requestId = randomUUID()
    const answers = await Promise.all(Array.from({ length: 10 }, () => finish(bookingId, riderId, requestId)))
    expect(new Set(answers.map(({ __typename, command }) => `${__typename} ${command?.id}`)).size).toBe(1)
    const ended = await eventually(
      () => fleet.vehicle(vehicle.device),
      ({ state }) => state === 'AVAILABLE',
    )
    expect(ended).toMatchObject({ lock: 'LOCKED', booking_id: null, rider_id: null })
    expect(ended.public_id).not.toBe(before.public_id)
    const { data } = await fleet.one<{ data: object }>(
      `select data from fleet.outbox where subject = $1 and type = 'TripEnded'`,
      [vehicleId],
    )
    expect(data).toMatchObject({ bookingId, publicId: ended.public_id, place: { latitude: vehicle.self.latitude } })

    // Booking would still refuse a hold, so the vehicle is not offered.
    expect(ended.listed).toBe(false)
    // Until then the rider's booking names the vehicle by its id during the trip.
    const lookAt = async (id: string, who: typeof viewer) =>
      (await fleet.ask('query ($id: ID!) { vehicle(id: $id) { id } }', { id }, who)).data?.['vehicle']
    expect(await lookAt(before.public_id, viewer)).toEqual({ id: before.public_id })
    expect(await lookAt(before.public_id, operator)).toEqual({ id: before.public_id })
    expect(await lookAt(before.public_id, rider())).toBeNull()
    expect(await lookAt(ended.public_id, viewer)).toBeNull()
    await fleet.complete(bookingId)
    await eventually(
      () => fleet.vehicle(vehicle.device),
      ({ listed }) => listed,
    )
    const events = await fleet.owner.query(
      'select event_type from fleet.vehicle_event where vehicle_id = $1 order by id',
      [vehicleId],
    )
    expect(events.rows.map(({ event_type }) => event_type)).toEqual(
      expect.arrayContaining(['comms_restored', 'reservation_start', 'trip_start', 'trip_end']),
    )

    // The trip belongs to its rider and to operators.
    const trip = `query ($id: ID!) {
      _entities(representations: [{ __typename: "Booking", id: $id }]) {
        ... on Booking { trip { distanceMeters from { latitude } endedAt } commands { action state } }
      }
    }`
    const seen = async (who: typeof viewer) => {
      const answer = await fleet.ask(trip, { id: bookingId }, who)
      const [booking] = (answer.data?.['_entities'] ?? []) as { trip: object | null; commands: object[] }[]
      return booking
    }
    expect(await seen(viewer)).toMatchObject({
      trip: { distanceMeters: 1_500, from: { latitude: expect.any(Number) }, endedAt: expect.any(String) },
      commands: [{ action: 'LOCK' }, { action: 'UNLOCK' }],
    })
    expect((await seen(operator))?.commands).toHaveLength(2)
    expect(await seen(rider())).toEqual({ trip: null, commands: [] })
  })

  it('lists everything that stands in the way at once', async () => {
    const { vehicle, bookingId, riderId, vehicleId } = await riding()
    // On the footbridge, riding.
    await vehicle.report({ latitude: 50.1084, longitude: 8.68232, speed: 4 })
    await speedIs(vehicleId, 4)
    const blocked = await finish(bookingId, riderId)
    expect(blocked.__typename).toBe('EndTripBlocked')
    expect(blocked.blockers?.map(({ __typename }) => __typename).sort()).toEqual([
      'InNoParkingZone',
      'NotInParkingZone',
      'StillMoving',
    ])
    expect(blocked.blockers?.find(({ distanceMeters }) => distanceMeters)?.distanceMeters).toBeGreaterThan(10)
    expect(vehicle.received.filter(({ action }) => action === 'LOCK')).toEqual([])
    await fleet.writeDirectly(
      `update fleet.vehicle_position set measured_at = now() - interval '1 min' where vehicle_id = $1`,
      [vehicleId],
    )
    expect((await finish(bookingId, riderId)).blockers?.map(({ __typename }) => __typename)).toContain(
      'VehicleUnreachable',
    )
    await vehicle.report({ ...parkingPlace, speed: 0 })
    await speedIs(vehicleId, 0)
    expect((await finish(bookingId, riderId)).__typename).toBe('EndTripSuccess')
  })

  it('continues the trip when the vehicle did not lock, and ends it when a late ack comes', async () => {
    const { vehicle, bookingId, riderId } = await riding()
    await eventually(
      () => finish(bookingId, riderId).then(({ __typename }) => __typename),
      (name) => name !== 'EndTripBlocked',
    )
    await eventually(
      () => fleet.vehicle(vehicle.device),
      ({ state }) => state === 'AVAILABLE',
    )
    const other = await riding()
    other.vehicle.behave({ refuse: 'MOVING' })
    const refused = await finish(other.bookingId, other.riderId)
    const state = (id?: string) => fleet.one<{ state: string }>('select state from fleet.command where id = $1', [id])
    await eventually(
      () => state(refused.command?.id),
      (row) => row.state === 'REFUSED',
    )
    expect((await fleet.vehicle(other.vehicle.device)).state).toBe('ON_TRIP')
    other.vehicle.behave('silent')
    const unanswered = await finish(other.bookingId, other.riderId)
    await eventually(
      () => state(unanswered.command?.id),
      (row) => row.state === 'TIMED_OUT',
    )
    expect((await fleet.vehicle(other.vehicle.device)).state).toBe('ON_TRIP')
    const command = other.vehicle.received.at(-1)
    if (!command) throw new Error('no command')
    await other.vehicle.execute(command)
    await eventually(
      () => fleet.vehicle(other.vehicle.device),
      (row) => row.state === 'AVAILABLE',
    )
    expect((await finish(other.bookingId, other.riderId)).__typename).toBe('TripNotRunning')
  })

  it("does not know another rider's trip", async () => {
    const { bookingId } = await riding()
    expect((await finish(bookingId, randomUUID())).__typename).toBe('BookingNotFound')
  })
})
