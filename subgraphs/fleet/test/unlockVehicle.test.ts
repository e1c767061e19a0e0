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

let house: Fleet
const vehicles: TestVehicle[] = []

beforeAll(async () => {
  house = await startFleet({ vehicles: 12, env: { COMMAND_TTL_SECONDS: '2' } })
  for (const device of house.devices) vehicles.push(await house.connect(device))
  for (const device of house.devices)
    await eventually(
      () => house.vehicle(device),
      ({ listed }) => listed,
    )
}, 60_000)
afterAll(async () => house?.[Symbol.asyncDispose]())

const next = (): TestVehicle => {
  const vehicle = vehicles.shift()
  if (!vehicle) throw new Error('no vehicle left')
  return vehicle
}

const open = async (bookingId: string, riderId: string, requestId: string = randomUUID()): Promise<Answer> => {
  const { data, errors } = await house.ask(unlock, { input: { requestId, bookingId } }, rider(riderId))
  if (errors) throw new Error(JSON.stringify(errors))
  return data?.['unlockVehicle'] as Answer
}

const commandState = (id: string | undefined) =>
  house.one<{ state: string; refusal_code: string | null }>('select * from fleet.command where id = $1', [id])
const bookingState = (id: string) =>
  house.one<{ state: string }>('select state from booking.booking where id = $1', [id])
const facts = async (vehicleId: string) =>
  (
    await house.owner.query<{ type: string }>('select type from fleet.outbox where subject = $1 order by id', [
      vehicleId,
    ])
  ).rows.map(({ type }) => type)

describe('unlockVehicle', () => {
  it('opens the vehicle, starts the booking and begins the trip', async () => {
    const vehicle = next()
    const { bookingId, riderId, vehicleId, viewer } = await house.book(vehicle.device)
    const watched = house.watch<{ id: string; state: string } | null>(
      `subscription ($id: ID!) { unlockStatus(bookingId: $id) { id state } }`,
      { id: bookingId },
      viewer,
    )
    await eventually(
      () => watched.heard,
      ({ length }) => length === 1,
    )
    const answer = await open(bookingId, riderId)
    expect(answer).toMatchObject({ __typename: 'UnlockVehicleSuccess', command: { state: 'SENT' } })
    await eventually(
      () => commandState(answer.command?.id),
      ({ state }) => state === 'EXECUTED',
    )
    expect(await bookingState(bookingId)).toEqual({ state: 'ACTIVE' })
    expect(await house.vehicle(vehicle.device)).toMatchObject({
      state: 'ON_TRIP',
      lock: 'UNLOCKED',
      booking_id: bookingId,
      rider_id: riderId,
      listed: false,
    })
    expect(await facts(vehicleId)).toEqual(expect.arrayContaining(['TripStarted', 'CommandSettled']))
    await eventually(
      () => watched.heard.at(-1)?.state,
      (state) => state === 'EXECUTED',
    )
    expect(watched.heard[0]).toBeNull()
    expect(vehicle.heard[0]).toMatchObject({ bookingId, action: 'UNLOCK', epoch: vehicle.epoch })
  })

  it('answers the same request with the same command, also when it comes twenty times at once', async () => {
    const vehicle = next()
    const { bookingId, riderId } = await house.book(vehicle.device)
    const requestId = randomUUID()
    const answers = await Promise.all(Array.from({ length: 20 }, () => open(bookingId, riderId, requestId)))
    expect(new Set(answers.map(({ command }) => command?.id)).size).toBe(1)
    await eventually(
      () => bookingState(bookingId),
      ({ state }) => state === 'ACTIVE',
    )
    expect((await open(bookingId, riderId, requestId)).command?.id).toBe(answers[0]?.command?.id)
    expect(new Set(vehicle.heard.map(({ cid }) => cid)).size).toBe(1)
    const other = await house.book(next().device, { riderId })
    expect((await open(other.bookingId, riderId, requestId)).__typename).toBe('RequestIdReused')
  })

  it('says what a vehicle refused, and lets the rider try again', async () => {
    const vehicle = next()
    vehicle.behave({ refuse: 'JAMMED' })
    const { bookingId, riderId, vehicleId } = await house.book(vehicle.device)
    const first = await open(bookingId, riderId)
    const refused = await eventually(
      () => commandState(first.command?.id),
      ({ state }) => state === 'REFUSED',
    )
    expect(refused.refusal_code).toBe('JAMMED')
    expect(await bookingState(bookingId)).toEqual({ state: 'CONFIRMED' })
    expect(await facts(vehicleId)).toContain('CommandSettled')
    vehicle.behave('obey')
    const second = await open(bookingId, riderId)
    await eventually(
      () => commandState(second.command?.id),
      ({ state }) => state === 'EXECUTED',
    )
  })

  it('gives one command at a time, and times out what is not answered', async () => {
    const vehicle = next()
    vehicle.behave('silent')
    const { bookingId, riderId } = await house.book(vehicle.device)
    const first = await open(bookingId, riderId)
    expect(await open(bookingId, riderId)).toMatchObject({
      __typename: 'CommandUnderWay',
      command: { id: first.command?.id },
    })
    await eventually(
      () => commandState(first.command?.id),
      ({ state }) => state === 'TIMED_OUT',
    )
    vehicle.behave('obey')
    expect((await open(bookingId, riderId)).__typename).toBe('UnlockVehicleSuccess')
    await eventually(
      () => bookingState(bookingId),
      ({ state }) => state === 'ACTIVE',
    )
  })

  it('takes an answer that came too late for what it is: the lock is open, the ride begins', async () => {
    const vehicle = next()
    vehicle.behave('silent')
    const { bookingId, riderId } = await house.book(vehicle.device)
    const { command } = await open(bookingId, riderId)
    await eventually(
      () => commandState(command?.id),
      ({ state }) => state === 'TIMED_OUT',
    )
    const [asked] = vehicle.heard
    if (!asked) throw new Error('not asked')
    await vehicle.obey(asked)
    await eventually(
      () => commandState(command?.id),
      ({ state }) => state === 'EXECUTED',
    )
    expect(await bookingState(bookingId)).toEqual({ state: 'ACTIVE' })
  })

  it('locks again at once what opened for a booking that is over', async () => {
    const vehicle = next()
    vehicle.behave('silent')
    const { bookingId, riderId } = await house.book(vehicle.device)
    await open(bookingId, riderId)
    await eventually(
      () => vehicle.heard,
      ({ length }) => length > 0,
    )
    await house.move(bookingId, 'EXPIRED')
    await eventually(
      () => house.vehicle(vehicle.device),
      ({ state }) => state === 'AVAILABLE',
    )
    vehicle.behave('obey')
    const [asked] = vehicle.heard
    if (!asked) throw new Error('not asked')
    await vehicle.obey(asked)
    const secured = await eventually(
      () => vehicle.heard.at(-1),
      (last) => last?.action === 'LOCK',
    )
    expect(secured?.counter).toBeGreaterThan(asked.counter)
    await eventually(
      () => house.vehicle(vehicle.device),
      ({ lock, listed }) => lock === 'LOCKED' && listed,
    )
    expect(await bookingState(bookingId)).toEqual({ state: 'EXPIRED' })
  })

  it('does not believe an answer that somebody else has signed', async () => {
    const vehicle = next()
    const forger = next()
    vehicle.behave('silent')
    const { bookingId, riderId } = await house.book(vehicle.device)
    const { command } = await open(bookingId, riderId)
    const [asked] = await eventually(
      () => vehicle.heard,
      ({ length }) => length > 0,
    )
    if (!asked) throw new Error('not asked')
    // Another vehicle's valid key, on this vehicle's topic and on its own.
    await vehicle.sendAck(vehicle.ackOf(asked, 'EXECUTED'), forger.device.privateKey)
    await forger.sendAck({ ...vehicle.ackOf(asked, 'EXECUTED') })
    await forger.sendAck({ ...vehicle.ackOf(asked, 'EXECUTED'), deviceId: forger.device.deviceId })
    await sleep(500)
    expect((await commandState(command?.id)).state).not.toBe('EXECUTED')
    expect(await bookingState(bookingId)).toEqual({ state: 'CONFIRMED' })
  })

  it('refuses what the rider may not open, each in its own words', async () => {
    const vehicle = next()
    const { bookingId, riderId } = await house.book(vehicle.device)
    expect((await open(bookingId, randomUUID())).__typename).toBe('BookingNotFound')
    expect((await open('not-a-uuid', riderId)).__typename).toBe('BookingNotFound')
    const { errors } = await house.ask(unlock, { input: { requestId: 'x', bookingId } }, rider(riderId))
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
    await house.pretend(`update booking.booking set expires_at = now() - interval '1 s' where id = $1`, [bookingId])
    expect((await open(bookingId, riderId)).__typename).toBe('ConfirmationExpired')
    await house.move(bookingId, 'EXPIRED')
    expect(await open(bookingId, riderId)).toMatchObject({ __typename: 'BookingNotConfirmed', state: 'EXPIRED' })
    expect(vehicle.heard).toEqual([])
    const again = await house.book(vehicle.device, { riderId })
    await vehicle.leave()
    await eventually(
      () => house.vehicle(vehicle.device),
      ({ contact }) => contact === 'LOST',
    )
    expect((await open(again.bookingId, riderId)).__typename).toBe('VehicleUnreachable')
  })
})
