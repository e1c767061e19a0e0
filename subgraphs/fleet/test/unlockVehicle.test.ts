import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { eventually, type Fleet, rider, startFleet } from './fleet-process.ts'
import type { TestVehicle } from './test-vehicle.ts'

const unlock = `
  mutation ($input: UnlockVehicleInput!) {
    unlockVehicle(input: $input) {
      __typename
      ... on UnlockVehicleSuccess { command { id state action expiresAt } }
      ... on BookingNotConfirmed { state }
      ... on ConfirmationExpired { expiredAt }
      ... on CommandUnderWay { command { id } }
      ... on Problem { message }
    }
  }`

interface Answer {
  __typename: string
  state?: string
  command?: { id: string; state: string }
}

let fleet: Fleet
const vehicles: TestVehicle[] = []

beforeAll(async () => {
  fleet = await startFleet({ vehicles: 12, env: { COMMAND_TTL_SECONDS: '2' } })
  for (const device of fleet.devices) vehicles.push(await fleet.connect(device))
  for (const device of fleet.devices)
    await eventually(
      () => fleet.vehicle(device),
      ({ listed }) => listed,
    )
}, 60_000)
afterAll(async () => fleet?.[Symbol.asyncDispose]())

const next = (): TestVehicle => {
  const vehicle = vehicles.shift()
  if (!vehicle) throw new Error('no vehicle left')
  return vehicle
}

const requestUnlock = async (bookingId: string, riderId: string, requestId: string = randomUUID()): Promise<Answer> => {
  const { data, errors } = await fleet.ask(unlock, { input: { requestId, bookingId } }, rider(riderId))
  if (errors) throw new Error(JSON.stringify(errors))
  return data?.['unlockVehicle'] as Answer
}

const commandState = (id: string | undefined) =>
  fleet.one<{ state: string; refusal_code: string | null }>('select * from fleet.command where id = $1', [id])
const bookingState = (id: string) =>
  fleet.one<{ state: string }>('select state from booking.booking where id = $1', [id])
const events = async (vehicleId: string) =>
  (
    await fleet.owner.query<{ type: string }>('select type from fleet.outbox where subject = $1 order by id', [
      vehicleId,
    ])
  ).rows.map(({ type }) => type)

describe('unlockVehicle', () => {
  it('unlocks the vehicle, starts the booking and begins the trip', async () => {
    const vehicle = next()
    const { bookingId, riderId, vehicleId, viewer } = await fleet.book(vehicle.device)
    const watched = fleet.watch<{ id: string; state: string } | null>(
      `subscription ($id: ID!) { unlockStatus(bookingId: $id) { id state } }`,
      { id: bookingId },
      viewer,
    )
    await eventually(
      () => watched.received,
      ({ length }) => length === 1,
    )
    const answer = await requestUnlock(bookingId, riderId)
    expect(answer).toMatchObject({ __typename: 'UnlockVehicleSuccess', command: { state: 'SENT' } })
    await eventually(
      () => commandState(answer.command?.id),
      ({ state }) => state === 'EXECUTED',
    )
    expect(await bookingState(bookingId)).toEqual({ state: 'ACTIVE' })
    expect(await fleet.vehicle(vehicle.device)).toMatchObject({
      state: 'ON_TRIP',
      lock: 'UNLOCKED',
      booking_id: bookingId,
      rider_id: riderId,
      listed: false,
    })
    expect(await events(vehicleId)).toEqual(expect.arrayContaining(['TripStarted', 'CommandSettled']))
    await eventually(
      () => watched.received.at(-1)?.state,
      (state) => state === 'EXECUTED',
    )
    expect(watched.received[0]).toBeNull()
    expect(vehicle.received[0]).toMatchObject({ bookingId, action: 'UNLOCK', epoch: vehicle.epoch })
  })

  it('answers the same request with the same command, also when it comes twenty times at once', async () => {
    const vehicle = next()
    const { bookingId, riderId } = await fleet.book(vehicle.device)
    const requestId = randomUUID()
    const answers = await Promise.all(Array.from({ length: 20 }, () => requestUnlock(bookingId, riderId, requestId)))
    expect(new Set(answers.map(({ command }) => command?.id)).size).toBe(1)
    await eventually(
      () => bookingState(bookingId),
      ({ state }) => state === 'ACTIVE',
    )
    expect((await requestUnlock(bookingId, riderId, requestId)).command?.id).toBe(answers[0]?.command?.id)
    expect(new Set(vehicle.received.map(({ cid }) => cid)).size).toBe(1)
    const other = await fleet.book(next().device, { riderId })
    expect((await requestUnlock(other.bookingId, riderId, requestId)).__typename).toBe('RequestIdReused')
  })

  it('shows why a vehicle refused, and lets the rider try again', async () => {
    const vehicle = next()
    vehicle.behave({ refuse: 'JAMMED' })
    const { bookingId, riderId, vehicleId } = await fleet.book(vehicle.device)
    const first = await requestUnlock(bookingId, riderId)
    const refused = await eventually(
      () => commandState(first.command?.id),
      ({ state }) => state === 'REFUSED',
    )
    expect(refused.refusal_code).toBe('JAMMED')
    expect(await bookingState(bookingId)).toEqual({ state: 'CONFIRMED' })
    expect(await events(vehicleId)).toContain('CommandSettled')
    vehicle.behave('execute')
    const second = await requestUnlock(bookingId, riderId)
    await eventually(
      () => commandState(second.command?.id),
      ({ state }) => state === 'EXECUTED',
    )
  })

  it('issues one command at a time, and times out when there is no ack', async () => {
    const vehicle = next()
    vehicle.behave('silent')
    const { bookingId, riderId } = await fleet.book(vehicle.device)
    const first = await requestUnlock(bookingId, riderId)
    expect(await requestUnlock(bookingId, riderId)).toMatchObject({
      __typename: 'CommandUnderWay',
      command: { id: first.command?.id },
    })
    await eventually(
      () => commandState(first.command?.id),
      ({ state }) => state === 'TIMED_OUT',
    )
    vehicle.behave('execute')
    expect((await requestUnlock(bookingId, riderId)).__typename).toBe('UnlockVehicleSuccess')
    await eventually(
      () => bookingState(bookingId),
      ({ state }) => state === 'ACTIVE',
    )
  })

  it('begins the trip when the ack is late: the vehicle is unlocked', async () => {
    const vehicle = next()
    vehicle.behave('silent')
    const { bookingId, riderId } = await fleet.book(vehicle.device)
    const { command } = await requestUnlock(bookingId, riderId)
    await eventually(
      () => commandState(command?.id),
      ({ state }) => state === 'TIMED_OUT',
    )
    const [toExecute] = vehicle.received
    if (!toExecute) throw new Error('no command')
    await vehicle.execute(toExecute)
    await eventually(
      () => commandState(command?.id),
      ({ state }) => state === 'EXECUTED',
    )
    expect(await bookingState(bookingId)).toEqual({ state: 'ACTIVE' })
  })

  it('locks a vehicle again at once that was unlocked for a booking that is not live', async () => {
    const vehicle = next()
    vehicle.behave('silent')
    const { bookingId, riderId } = await fleet.book(vehicle.device)
    await requestUnlock(bookingId, riderId)
    await eventually(
      () => vehicle.received,
      ({ length }) => length > 0,
    )
    await fleet.move(bookingId, 'EXPIRED')
    await eventually(
      () => fleet.vehicle(vehicle.device),
      ({ state }) => state === 'AVAILABLE',
    )
    vehicle.behave('execute')
    const [toExecute] = vehicle.received
    if (!toExecute) throw new Error('no command')
    await vehicle.execute(toExecute)
    const secured = await eventually(
      () => vehicle.received.at(-1),
      (last) => last?.action === 'LOCK',
    )
    expect(secured?.counter).toBeGreaterThan(toExecute.counter)
    await eventually(
      () => fleet.vehicle(vehicle.device),
      ({ lock, listed }) => lock === 'LOCKED' && listed,
    )
    expect(await bookingState(bookingId)).toEqual({ state: 'EXPIRED' })
  })

  it('does not accept an ack that somebody else has signed', async () => {
    const vehicle = next()
    const forger = next()
    vehicle.behave('silent')
    const { bookingId, riderId } = await fleet.book(vehicle.device)
    const { command } = await requestUnlock(bookingId, riderId)
    const [toExecute] = await eventually(
      () => vehicle.received,
      ({ length }) => length > 0,
    )
    if (!toExecute) throw new Error('no command')
    // Another vehicle's valid key, on this vehicle's topic and on its own.
    await vehicle.sendAck(vehicle.ackOf(toExecute, 'EXECUTED'), forger.device.privateKey)
    await forger.sendAck({ ...vehicle.ackOf(toExecute, 'EXECUTED') })
    await forger.sendAck({ ...vehicle.ackOf(toExecute, 'EXECUTED'), deviceId: forger.device.deviceId })
    await sleep(500)
    expect((await commandState(command?.id)).state).not.toBe('EXECUTED')
    expect(await bookingState(bookingId)).toEqual({ state: 'CONFIRMED' })
  })

  it('refuses what the rider may not unlock, each time with its own problem', async () => {
    const vehicle = next()
    const { bookingId, riderId } = await fleet.book(vehicle.device)
    expect((await requestUnlock(bookingId, randomUUID())).__typename).toBe('BookingNotFound')
    expect((await requestUnlock('not-a-uuid', riderId)).__typename).toBe('BookingNotFound')
    const { errors } = await fleet.ask(unlock, { input: { requestId: 'x', bookingId } }, rider(riderId))
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
    await fleet.writeDirectly(`update booking.booking set expires_at = now() - interval '1 s' where id = $1`, [
      bookingId,
    ])
    expect((await requestUnlock(bookingId, riderId)).__typename).toBe('ConfirmationExpired')
    await fleet.move(bookingId, 'EXPIRED')
    expect(await requestUnlock(bookingId, riderId)).toMatchObject({
      __typename: 'BookingNotConfirmed',
      state: 'EXPIRED',
    })
    expect(vehicle.received).toEqual([])
    const again = await fleet.book(vehicle.device, { riderId })
    await vehicle.leave()
    await eventually(
      () => fleet.vehicle(vehicle.device),
      ({ contact }) => contact === 'LOST',
    )
    expect((await requestUnlock(again.bookingId, riderId)).__typename).toBe('VehicleUnreachable')
  })
})
