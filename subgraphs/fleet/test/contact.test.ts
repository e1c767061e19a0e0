import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { eventually, type Fleet, operator, rider, startFleet } from './fleet-process.ts'

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet({ vehicles: 6, env: { CONTACT_GRACE_SECONDS: '2' } })
}, 60_000)
afterAll(async () => fleet?.[Symbol.asyncDispose]())

const device = (number: number) => {
  const found = fleet.devices[number]
  if (!found) throw new Error('no such device')
  return found
}

const events = async (vehicleId: string) =>
  (
    await fleet.owner.query<{ type: string }>('select type from fleet.outbox where subject = $1 order by id', [
      vehicleId,
    ])
  ).rows.map(({ type }) => type)

describe('what vehicles report', () => {
  it('offers a listed vehicle when it has contact, and publishes at once when contact is lost', async () => {
    expect(await fleet.vehicle(device(0))).toMatchObject({ contact: 'LOST', listed: false })
    const vehicle = await fleet.connect(device(0))
    const { id } = await eventually(
      () => fleet.vehicle(device(0)),
      ({ listed }) => listed,
    )
    await vehicle.leave()
    await eventually(
      () => fleet.vehicle(device(0)),
      ({ contact }) => contact === 'LOST',
    )
    expect(await events(id)).toEqual(['VehicleListed', 'VehicleContactRestored', 'VehicleContactLost'])
    // Radio holes are short: during its grace the vehicle stays on the map.
    expect((await fleet.vehicle(device(0))).listed).toBe(true)
    await eventually(
      () => fleet.vehicle(device(0)),
      ({ listed }) => !listed,
      12_000,
    )
  })

  it('takes the will of a vehicle that vanished, and not the will of an earlier boot', async () => {
    const vehicle = await fleet.connect(device(1))
    await eventually(
      () => fleet.vehicle(device(1)),
      ({ contact }) => contact === 'ONLINE',
    )
    const late = JSON.stringify({
      v: 1,
      online: false,
      epoch: 'another-boot',
      firmware: 'test',
      counter: 0,
      at: Date.now(),
    })
    await vehicle.publish('conn', late)
    await sleep(400)
    expect((await fleet.vehicle(device(1))).contact).toBe('ONLINE')
    await vehicle.vanish()
    await eventually(
      () => fleet.vehicle(device(1)),
      ({ contact }) => contact === 'LOST',
    )
  })

  it('counts and drops what it cannot use: malformed, out of order, from the future, a jump', async () => {
    const vehicle = await fleet.connect(device(2))
    const { id } = await eventually(
      () => fleet.vehicle(device(2)),
      ({ listed }) => listed,
    )
    const position = () =>
      fleet.one<{ latitude: number; odometer: number }>('select * from fleet.vehicle_position where vehicle_id = $1', [
        id,
      ])
    await vehicle.report({ odometer: 1 })
    await eventually(position, ({ odometer }) => odometer === 1)
    for (const name of ['conn', 'state', 'ack', 'tele', 'evt'] as const) {
      for (const junk of ['', '{', '[]', '{"v":2}', 'x'.repeat(9_000)]) await vehicle.publish(name, junk)
    }
    await vehicle.report({ at: Date.now() + 3_600_000, odometer: 2 })
    await vehicle.report({ latitude: 48.1, odometer: 3 })
    await vehicle.report({ latitude: 0, longitude: 0, odometer: 4 })
    await sleep(1_200)
    expect(await position()).toMatchObject({ odometer: 1, latitude: device(2).latitude })
    await vehicle.report({ latitude: device(2).latitude, longitude: device(2).longitude, odometer: 5 })
    await eventually(position, ({ odometer }) => odometer === 5)
    const metrics = await (await fetch(`${fleet.url}/metrics`)).text()
    for (const outcome of ['malformed', 'future', 'jump', 'nowhere']) expect(metrics).toContain(`outcome="${outcome}"`)
  })

  it('adds an event of a device to the history once, however often it comes', async () => {
    const vehicle = await fleet.connect(device(3))
    const { id } = await eventually(
      () => fleet.vehicle(device(3)),
      ({ listed }) => listed,
    )
    await vehicle.event('TIP_OVER', 900)
    await vehicle.event('TIP_OVER', 900)
    const count = () =>
      fleet.one<{ count: number }>(
        `select count(*)::integer from fleet.vehicle_event where vehicle_id = $1 and event_type = 'tip_over'`,
        [id],
      )
    await eventually(count, (row) => row.count === 1)
    await sleep(300)
    expect((await count()).count).toBe(1)
  })

  it('takes a vehicle off the map when its battery is low or it is unlocked, and locks it again', async () => {
    const vehicle = await fleet.connect(device(4))
    await eventually(
      () => fleet.vehicle(device(4)),
      ({ listed }) => listed,
    )
    vehicle.self.batteryPercent = 5
    await vehicle.reportState()
    await eventually(
      () => fleet.vehicle(device(4)),
      ({ listed }) => !listed,
    )
    vehicle.self.batteryPercent = 90
    await vehicle.reportState()
    await eventually(
      () => fleet.vehicle(device(4)),
      ({ listed }) => listed,
    )
    // Unlocked once for a booking; the ack was lost.
    const { bookingId, vehicleId } = await fleet.book(device(4))
    await fleet.owner.query(
      `insert into fleet.command
         (id, vehicle_id, booking_id, rider_id, request_id, action, purpose, state, epoch, counter, requested_at, expires_at, settled_at)
       select $1, id, $2, $1, $1, 'UNLOCK', 'START_TRIP', 'TIMED_OUT', epoch, 7, now() - interval '1 min',
         now() - interval '45 s', now() - interval '40 s' from fleet.vehicle where id = $3`,
      [randomUUID(), bookingId, vehicleId],
    )
    await fleet.owner.query('update fleet.vehicle set command_counter = 7 where id = $1', [vehicleId])
    vehicle.self.lock = 'UNLOCKED'
    await vehicle.reportState()
    await eventually(
      () => vehicle.received.at(-1)?.action,
      (action) => action === 'LOCK',
    )
    await eventually(
      () => fleet.vehicle(device(4)),
      ({ lock }) => lock === 'LOCKED',
    )
  })

  it('lets operators, and nobody else, take a vehicle out of service and put it back', async () => {
    await fleet.connect(device(5))
    const { id, public_id } = await eventually(
      () => fleet.vehicle(device(5)),
      ({ listed }) => listed,
    )
    const service = async (inService: boolean, who = operator, vehicleId = public_id) => {
      const { data, errors } = await fleet.ask(
        `mutation ($input: SetVehicleServiceInput!) {
           setVehicleService(input: $input) { __typename ... on SetVehicleServiceSuccess { vehicle { id state } } }
         }`,
        { input: { vehicleId, inService } },
        who,
      )
      return errors ? errors[0]?.extensions.code : data?.['setVehicleService']
    }
    expect(await service(false, rider())).toBe('FORBIDDEN')
    expect(await service(false, operator, randomUUID())).toEqual({ __typename: 'VehicleNotFound' })
    for (let twice = 0; twice < 2; twice++) {
      expect(await service(false)).toMatchObject({ vehicle: { id: public_id, state: 'NON_OPERATIONAL' } })
    }
    expect((await fleet.vehicle(device(5))).listed).toBe(false)
    expect(await service(true)).toMatchObject({ vehicle: { state: 'AVAILABLE' } })
    expect((await events(id)).filter((type) => !type.includes('Contact'))).toEqual([
      'VehicleListed',
      'VehicleWithdrawn',
      'VehicleListed',
    ])
    await fleet.book(device(5))
    await eventually(
      () => fleet.vehicle(device(5)),
      ({ state }) => state === 'RESERVED',
    )
    expect(await service(false)).toMatchObject({ __typename: 'VehicleInUse' })
  })
})
