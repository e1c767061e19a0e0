import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { eventually, type Fleet, rider, startFleet } from './fleet-process.ts'

const unlock = `
  mutation ($input: UnlockVehicleInput!) {
    unlockVehicle(input: $input) { __typename ... on UnlockVehicleSuccess { command { id state } } }
  }`

let house: Fleet
beforeEach(async () => {
  house = await startFleet({ vehicles: 2 })
}, 60_000)
afterEach(async () => house?.[Symbol.asyncDispose]())

const device = () => {
  const [first] = house.devices
  if (!first) throw new Error('no device')
  return first
}

const commandState = (bookingId: string) =>
  house
    .one<{ state: string }>('select state from fleet.command where booking_id = $1 order by counter desc limit 1', [
      bookingId,
    ])
    .then(
      ({ state }) => state,
      () => 'none',
    )

describe('what a died process leaves', () => {
  it('sends a command that was committed and never sent', async () => {
    const vehicle = await house.connect(device())
    await eventually(
      () => house.vehicle(device()),
      ({ listed }) => listed,
    )
    const { bookingId, riderId, vehicleId } = await house.book(device())
    await eventually(
      () => house.vehicle(device()),
      ({ state }) => state === 'RESERVED',
    )
    await house.end('SIGKILL')
    // As the transaction of unlockVehicle leaves it.
    await house.owner.query(
      `insert into fleet.command
         (id, vehicle_id, booking_id, rider_id, request_id, action, purpose, epoch, counter, expires_at)
       select $1, id, $2, $3, $1, 'UNLOCK', 'START_TRIP', epoch, 1, now() + interval '15 s' from fleet.vehicle where id = $4`,
      [randomUUID(), bookingId, riderId, vehicleId],
    )
    await house.owner.query('update fleet.vehicle set command_counter = 1 where id = $1', [vehicleId])
    expect(vehicle.heard).toEqual([])
    await house.start()
    await eventually(
      () => commandState(bookingId),
      (state) => state === 'EXECUTED',
    )
    expect((await house.vehicle(device())).state).toBe('ON_TRIP')
  })

  it('hears the answer that a vehicle gave while nobody listened', async () => {
    const vehicle = await house.connect(device())
    await eventually(
      () => house.vehicle(device()),
      ({ listed }) => listed,
    )
    vehicle.behave('silent')
    const { bookingId, riderId } = await house.book(device())
    const input = { requestId: randomUUID(), bookingId }
    await house.ask(unlock, { input }, rider(riderId))
    const [asked] = await eventually(
      () => vehicle.heard,
      ({ length }) => length > 0,
    )
    await house.end('SIGKILL')
    if (!asked) throw new Error('not asked')
    await vehicle.obey(asked)
    await house.start()
    await eventually(
      () => commandState(bookingId),
      (state) => state === 'EXECUTED',
    )
    const { data } = await house.ask(unlock, { input }, rider(riderId))
    expect(data).toMatchObject({ unlockVehicle: { command: { id: asked.cid, state: 'EXECUTED' } } })
  })

  it('learns at its start who came and who went meanwhile', async () => {
    const [, other] = house.devices
    if (!other) throw new Error('no device')
    const vehicle = await house.connect(device())
    await eventually(
      () => house.vehicle(device()),
      ({ contact }) => contact === 'ONLINE',
    )
    await house.end('SIGTERM')
    await vehicle.leave()
    const newcomer = await house.connect(other)
    newcomer.self.batteryPercent = 44
    await newcomer.reportState()
    // A broker that keeps no session, or had to drop it, must not matter.
    await house.start({ MQTT_CLIENT_ID: 'another-replica' })
    await eventually(
      () => house.vehicle(device()),
      ({ contact }) => contact === 'LOST',
    )
    await eventually(
      () => house.vehicle(other),
      (row) => row.listed && row.battery_percent === 44,
    )
  })

  it('asks again a vehicle whose answer was lost, and the vehicle repeats it', async () => {
    const vehicle = await house.connect(device())
    await eventually(
      () => house.vehicle(device()),
      ({ listed }) => listed,
    )
    vehicle.behave('silent')
    const { bookingId, riderId } = await house.book(device())
    await house.ask(unlock, { input: { requestId: randomUUID(), bookingId } }, rider(riderId))
    await eventually(
      () => vehicle.heard,
      ({ length }) => length === 1,
    )
    vehicle.behave('obey')
    await eventually(
      () => commandState(bookingId),
      (state) => state === 'EXECUTED',
    )
    expect(new Set(vehicle.heard.map(({ cid }) => cid)).size).toBe(1)
  })

  it('finishes the ride over a broker that dies in between', async () => {
    const vehicle = await house.connect(device())
    await eventually(
      () => house.vehicle(device()),
      ({ listed }) => listed,
    )
    const { bookingId, riderId } = await house.book(device())
    await house.broker.kill('SIGKILL')
    const { data } = await house.ask(unlock, { input: { requestId: randomUUID(), bookingId } }, rider(riderId))
    expect(data).toMatchObject({ unlockVehicle: { command: { state: 'REQUESTED' } } })
    await house.broker.start()
    await eventually(
      () => commandState(bookingId),
      (state) => state === 'EXECUTED',
      12_000,
    )
    expect(vehicle.heard.length).toBeGreaterThan(0)
  })

  it('answers in time that the database is away, and goes on when it is back', async () => {
    await house.connect(device())
    await eventually(
      () => house.vehicle(device()),
      ({ listed }) => listed,
    )
    const { bookingId, riderId } = await house.book(device())
    const input = { requestId: randomUUID(), bookingId }
    const client = await house.owner.connect()
    await client.query('begin; lock table fleet.vehicle in access exclusive mode')
    const from = Date.now()
    const { errors } = await house.ask(unlock, { input }, rider(riderId))
    expect(errors?.[0]?.extensions.code).toBe('UNAVAILABLE')
    expect(Date.now() - from).toBeLessThan(2_700)
    await client.query('rollback')
    client.release()
    await eventually(
      () => house.ask(unlock, { input }, rider(riderId)),
      ({ data }) => data?.['unlockVehicle'] !== undefined,
    )
    await eventually(
      () => commandState(bookingId),
      (state) => state === 'EXECUTED',
    )
  })

  it('loses no fact of booking when it dies while consuming', async () => {
    await house.connect(device())
    await eventually(
      () => house.vehicle(device()),
      ({ listed }) => listed,
    )
    await house.end('SIGKILL')
    const { bookingId } = await house.book(device())
    await house.start()
    await eventually(
      () => house.vehicle(device()),
      ({ booking_id }) => booking_id === bookingId,
    )
    await house.redis.kill('SIGKILL')
    await house.move(bookingId, 'CANCELLED')
    await house.redis.start()
    await eventually(
      () => house.vehicle(device()),
      ({ listed }) => listed,
      12_000,
    )
  })
})
