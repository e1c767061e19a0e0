import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { eventually, type Fleet, rider, startFleet } from './fleet-process.ts'

const unlock = `
  mutation ($input: UnlockVehicleInput!) {
    unlockVehicle(input: $input) { __typename ... on UnlockVehicleSuccess { command { id state } } }
  }`

let fleet: Fleet
beforeEach(async () => {
  fleet = await startFleet({ vehicles: 2 })
}, 60_000)
afterEach(async () => fleet?.[Symbol.asyncDispose]())

const device = () => {
  const [first] = fleet.devices
  if (!first) throw new Error('no device')
  return first
}

const commandState = (bookingId: string) =>
  fleet
    .one<{ state: string }>('select state from fleet.command where booking_id = $1 order by counter desc limit 1', [
      bookingId,
    ])
    .then(
      ({ state }) => state,
      () => 'none',
    )

describe('after a killed process', () => {
  it('sends a command that was committed and never sent', async () => {
    const vehicle = await fleet.connect(device())
    await eventually(
      () => fleet.vehicle(device()),
      ({ listed }) => listed,
    )
    const { bookingId, riderId, vehicleId } = await fleet.book(device())
    await eventually(
      () => fleet.vehicle(device()),
      ({ state }) => state === 'RESERVED',
    )
    await fleet.end('SIGKILL')
    // As the transaction of unlockVehicle leaves it.
    await fleet.owner.query(
      `insert into fleet.command
         (id, vehicle_id, booking_id, rider_id, request_id, action, purpose, epoch, counter, expires_at)
       select $1, id, $2, $3, $1, 'UNLOCK', 'START_TRIP', epoch, 1, now() + interval '15 s' from fleet.vehicle where id = $4`,
      [randomUUID(), bookingId, riderId, vehicleId],
    )
    await fleet.owner.query('update fleet.vehicle set command_counter = 1 where id = $1', [vehicleId])
    expect(vehicle.received).toEqual([])
    await fleet.start()
    await eventually(
      () => commandState(bookingId),
      (state) => state === 'EXECUTED',
    )
    expect((await fleet.vehicle(device())).state).toBe('ON_TRIP')
  })

  it('takes the ack that a vehicle sent while no process was subscribed', async () => {
    const vehicle = await fleet.connect(device())
    await eventually(
      () => fleet.vehicle(device()),
      ({ listed }) => listed,
    )
    vehicle.behave('silent')
    const { bookingId, riderId } = await fleet.book(device())
    const input = { requestId: randomUUID(), bookingId }
    await fleet.ask(unlock, { input }, rider(riderId))
    const [command] = await eventually(
      () => vehicle.received,
      ({ length }) => length > 0,
    )
    await fleet.end('SIGKILL')
    if (!command) throw new Error('no command')
    await vehicle.execute(command)
    await fleet.start()
    await eventually(
      () => commandState(bookingId),
      (state) => state === 'EXECUTED',
    )
    const { data } = await fleet.ask(unlock, { input }, rider(riderId))
    expect(data).toMatchObject({ unlockVehicle: { command: { id: command.cid, state: 'EXECUTED' } } })
  })

  it('finds out at its start which vehicles connected and disconnected meanwhile', async () => {
    const [, other] = fleet.devices
    if (!other) throw new Error('no device')
    const vehicle = await fleet.connect(device())
    await eventually(
      () => fleet.vehicle(device()),
      ({ contact }) => contact === 'ONLINE',
    )
    await fleet.end('SIGTERM')
    await vehicle.leave()
    const newcomer = await fleet.connect(other)
    newcomer.self.batteryPercent = 44
    await newcomer.reportState()
    // A broker that keeps no session, or had to drop it, must not matter.
    await fleet.start({ MQTT_CLIENT_ID: 'another-replica' })
    await eventually(
      () => fleet.vehicle(device()),
      ({ contact }) => contact === 'LOST',
    )
    await eventually(
      () => fleet.vehicle(other),
      (row) => row.listed && row.battery_percent === 44,
    )
  })

  it('sends a command again whose ack was lost, and the vehicle repeats the ack', async () => {
    const vehicle = await fleet.connect(device())
    await eventually(
      () => fleet.vehicle(device()),
      ({ listed }) => listed,
    )
    vehicle.behave('silent')
    const { bookingId, riderId } = await fleet.book(device())
    await fleet.ask(unlock, { input: { requestId: randomUUID(), bookingId } }, rider(riderId))
    await eventually(
      () => vehicle.received,
      ({ length }) => length === 1,
    )
    vehicle.behave('execute')
    await eventually(
      () => commandState(bookingId),
      (state) => state === 'EXECUTED',
    )
    expect(new Set(vehicle.received.map(({ cid }) => cid)).size).toBe(1)
  })

  it('begins the trip although the broker is killed in between', async () => {
    const vehicle = await fleet.connect(device())
    await eventually(
      () => fleet.vehicle(device()),
      ({ listed }) => listed,
    )
    const { bookingId, riderId } = await fleet.book(device())
    await fleet.broker.kill()
    const { data } = await fleet.ask(unlock, { input: { requestId: randomUUID(), bookingId } }, rider(riderId))
    expect(data).toMatchObject({ unlockVehicle: { command: { state: 'REQUESTED' } } })
    await fleet.broker.start()
    await eventually(
      () => commandState(bookingId),
      (state) => state === 'EXECUTED',
      12_000,
    )
    expect(vehicle.received.length).toBeGreaterThan(0)
  })

  it('answers in time that the database is away, and continues when it is back', async () => {
    await fleet.connect(device())
    await eventually(
      () => fleet.vehicle(device()),
      ({ listed }) => listed,
    )
    const { bookingId, riderId } = await fleet.book(device())
    const input = { requestId: randomUUID(), bookingId }
    const client = await fleet.owner.connect()
    await client.query('begin; lock table fleet.vehicle in access exclusive mode')
    const from = Date.now()
    const { errors } = await fleet.ask(unlock, { input }, rider(riderId))
    expect(errors?.[0]?.extensions.code).toBe('UNAVAILABLE')
    expect(Date.now() - from).toBeLessThan(2_700)
    await client.query('rollback')
    client.release()
    await eventually(
      () => fleet.ask(unlock, { input }, rider(riderId)),
      ({ data }) => data?.['unlockVehicle'] !== undefined,
    )
    await eventually(
      () => commandState(bookingId),
      (state) => state === 'EXECUTED',
    )
  })

  it('loses no event of booking when it is killed while consuming', async () => {
    await fleet.connect(device())
    await eventually(
      () => fleet.vehicle(device()),
      ({ listed }) => listed,
    )
    await fleet.end('SIGKILL')
    const { bookingId } = await fleet.book(device())
    await fleet.start()
    await eventually(
      () => fleet.vehicle(device()),
      ({ booking_id }) => booking_id === bookingId,
    )
    await fleet.redis.kill()
    await fleet.move(bookingId, 'CANCELLED')
    await fleet.redis.start()
    await eventually(
      () => fleet.vehicle(device()),
      ({ listed }) => listed,
      12_000,
    )
  })
})
