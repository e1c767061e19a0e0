import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { bookingStateAfter } from '../booking-state.ts'
import { poll } from '../poll.ts'
import { type PublicClient, untilResult } from '../public-client.ts'
import * as operations from './operations.ts'

export interface Place {
  readonly latitude: number
  readonly longitude: number
}

/** A completed ride: the latency of each step, and the receipt. */
export interface Ride {
  readonly bookingId: string
  readonly steps: readonly { readonly name: string; readonly ms: number; readonly note: string }[]
  readonly fareMinor: number
  readonly receipt: string
}

/** A step of the ride had an unexpected result. */
export class RideFailed extends Error {
  constructor(step: string, result: unknown) {
    super(`${step}: ${JSON.stringify(result)}`)
    this.name = 'RideFailed'
  }
}

type FindResult = {
  vehiclesNear: {
    vehicles?: { distanceMeters: number; vehicle: { id: string; type: { name: string } } }[]
    message?: string
  }
}
type HoldResult = {
  createBooking: { __typename: string; booking?: { id: string }; alternatives?: { id: string }[]; message?: string }
}
type Command = { id: string; action: string; state: string; refusalCode: string | null }
type MutationResult<Name extends string> = Record<
  Name,
  { __typename: string; message?: string; state?: string; command?: Command; blockers?: { __typename: string }[] }
>
type BookingResult = {
  booking: {
    state: string
    fare: { total: { amountMinor: number } } | null
    payment: { state: string; captured: { amountMinor: number } | null } | null
    receipt: { number: string; gross: { amountMinor: number } } | null
    trip: { distanceMeters: number | null } | null
    items: { vehicle: { position: Place } | null }[]
  } | null
}

const settled = new Set(['EXECUTED', 'REFUSED', 'TIMED_OUT'])
const commandTimeoutMs = 25_000 // A command expires after 15 s and is then TIMED_OUT.
const rideTimeoutMs = 120_000

/**
 * One ride as in the customer's app: find, hold, pay, unlock, ride, end, receipt. While the server is unavailable, every
 * request is repeated with its requestId. If a vehicle is taken, the customer tries the next one; if a command times out,
 * the customer taps again.
 */
export async function ride(
  client: PublicClient,
  near: Place,
  onStep: (name: string, ms: number, note: string) => void = () => undefined,
): Promise<Ride> {
  const steps: { name: string; ms: number; note: string }[] = []
  const step = async <T>(name: string, run: () => Promise<T>, note: (result: T) => string): Promise<T> => {
    const startedAt = performance.now()
    const result = await run()
    const entry = { name, ms: performance.now() - startedAt, note: note(result) }
    steps.push(entry)
    onStep(entry.name, entry.ms, entry.note)
    return result
  }

  const candidates = await step(
    'find',
    async () => {
      const { vehiclesNear } = await client.request<FindResult>(operations.find, { near, radiusMeters: 2_000 })
      if (!vehiclesNear.vehicles?.length) throw new RideFailed('find', vehiclesNear)
      return vehiclesNear.vehicles
    },
    (vehicles) => `${vehicles.length} vehicles, the nearest ${vehicles[0]?.distanceMeters} m away`,
  )

  const { bookingId, vehicleId } = await step(
    'hold',
    () =>
      holdFirstAvailable(
        client,
        candidates.map(({ vehicle }) => vehicle.id),
      ),
    ({ bookingId }) => `booking ${bookingId}`,
  )

  await step(
    'pay',
    () => payFor(client, bookingId),
    () => 'authorised',
  )

  const from = await step(
    'look',
    async () => {
      const { booking } = await client.request<BookingResult>(operations.booking, { bookingId })
      const place = booking?.items[0]?.vehicle?.position
      if (booking?.state !== 'CONFIRMED' || !place) throw new RideFailed('look', booking)
      return place
    },
    ({ latitude, longitude }) => `the vehicle is at ${latitude}, ${longitude}`,
  )

  await step(
    'unlock',
    () => moveLock(client, bookingId, 'unlockVehicle'),
    () => 'unlocked',
  )

  await step(
    'ride',
    () => waitForRide(client, vehicleId, from),
    (positions) => `shown at ${positions} positions on the map`,
  )

  await step(
    'lock',
    () => moveLock(client, bookingId, 'endTrip'),
    () => 'locked in a parking zone',
  )

  const receipt = await step(
    'receipt',
    async () => {
      const readBooking = async () => (await client.request<BookingResult>(operations.booking, { bookingId })).booking
      const isPaid = (booking: BookingResult['booking']) => booking?.payment?.state === 'CAPTURED' && !!booking.receipt
      const booking = await poll(readBooking, isPaid, 60_000)
      if (!booking || !isPaid(booking)) throw new RideFailed('receipt', booking)
      return booking
    },
    ({ receipt, trip }) =>
      `no. ${receipt?.number}, ${(receipt?.gross.amountMinor ?? 0) / 100} EUR for ${trip?.distanceMeters} m`,
  )
  const fareMinor = receipt.fare?.total.amountMinor ?? Number.NaN
  if (receipt.payment?.captured?.amountMinor !== fareMinor || receipt.receipt?.gross.amountMinor !== fareMinor) {
    throw new RideFailed('receipt: fare, capture and receipt differ', receipt)
  }
  return { bookingId, steps, fareMinor, receipt: receipt.receipt.number }
}

async function holdFirstAvailable(
  client: PublicClient,
  vehicleIds: readonly string[],
): Promise<{ bookingId: string; vehicleId: string }> {
  const candidates = [...vehicleIds]
  for (let vehicleId = candidates.shift(); vehicleId; vehicleId = candidates.shift()) {
    const { createBooking } = await client.request<HoldResult>(operations.hold, { requestId: randomUUID(), vehicleId })
    if (createBooking.booking) return { bookingId: createBooking.booking.id, vehicleId }
    if (!['AlreadyTaken', 'BookableNotFound', 'VehicleOffline'].includes(createBooking.__typename))
      throw new RideFailed('hold', createBooking)
    candidates.push(...(createBooking.alternatives ?? []).map(({ id }) => id).filter((id) => !vehicleIds.includes(id)))
  }
  throw new RideFailed('hold', 'every vehicle nearby is taken')
}

async function payFor(client: PublicClient, bookingId: string): Promise<void> {
  const { authorizePayment } = await client.request<MutationResult<'authorizePayment'>>(operations.pay, {
    requestId: randomUUID(),
    bookingId,
    paymentMethodId: 'pm_card_visa',
  })
  if (authorizePayment.__typename === 'AuthorizePaymentSuccess') return
  if (authorizePayment.__typename !== 'PaymentPending') throw new RideFailed('pay', authorizePayment)
  const state = await bookingStateAfter('PROCESSING', client, bookingId, 60_000)
  if (state !== 'CONFIRMED') throw new RideFailed('pay', state)
}

interface ShownVehicle {
  readonly id: string
  readonly speed: number
  readonly position: Place
}
interface MapChange {
  vehicleAvailability: { vehicles: ShownVehicle[] }
}

const startTimeoutMs = 30_000 // Some vehicles stand where the simulated map has no streets; their rides end where they started.
const positionNoiseMeters = 15 // More than the position of a parked vehicle changes between two reports.

/** Watches the vehicle on the customer's live map until it has moved and stands still. Returns the number of its positions. */
async function waitForRide(client: PublicClient, vehicleId: string, from: Place): Promise<number> {
  const { latitude, longitude } = from
  const box = { south: latitude - 0.05, west: longitude - 0.08, north: latitude + 0.05, east: longitude + 0.08 }
  const positions = new Set<string>()
  const waitUntil = (timeoutMs: number, what: string, isReached: (vehicle: ShownVehicle) => boolean) =>
    untilResult(
      client.subscribe<MapChange>(operations.watchMap, { box }),
      timeoutMs,
      what,
      ({ vehicleAvailability }) => {
        const vehicle = vehicleAvailability.vehicles.find(({ id }) => id === vehicleId)
        if (!vehicle) return false
        positions.add(`${vehicle.position.latitude},${vehicle.position.longitude}`)
        return isReached(vehicle)
      },
    )
  const moves = await waitUntil(
    startTimeoutMs,
    'moving',
    ({ speed, position }) => speed > 0 || metersBetween(from, position) > positionNoiseMeters,
  ).then(
    () => true,
    () => false,
  )
  if (moves) await waitUntil(rideTimeoutMs, 'stopping', ({ speed }) => speed === 0)
  return positions.size
}

/** Calculated on a plane, which is accurate enough within a city. */
const metersBetween = (a: Place, b: Place): number =>
  111_195 * Math.hypot(a.latitude - b.latitude, (a.longitude - b.longitude) * Math.cos((a.latitude * Math.PI) / 180))

const lockCommands = {
  unlockVehicle: {
    operation: operations.unlock,
    action: 'UNLOCK',
    success: 'UnlockVehicleSuccess',
    reachedState: 'ACTIVE',
  },
  endTrip: { operation: operations.end, action: 'LOCK', success: 'EndTripSuccess', reachedState: 'COMPLETED' },
} as const

/** Sends the command and waits until it is executed. Sends it again after a temporary problem or a timeout. */
async function moveLock(client: PublicClient, bookingId: string, name: keyof typeof lockCommands): Promise<void> {
  const { operation, action, success, reachedState } = lockCommands[name]
  const deadline = Date.now() + rideTimeoutMs
  let lastResult: unknown
  while (Date.now() < deadline) {
    const { [name]: result } = await client.request<MutationResult<typeof name>>(operation, {
      requestId: randomUUID(),
      bookingId,
    })
    lastResult = result
    if (result.__typename === success && result.command) {
      const { id } = result.command
      const changes = client.subscribe<{ unlockStatus: Command | null }>(operations.watchUnlock, { bookingId })
      try {
        const { unlockStatus } = await untilResult(
          changes,
          commandTimeoutMs,
          name,
          ({ unlockStatus }) => unlockStatus?.id !== id || settled.has(unlockStatus.state),
        )
        lastResult = unlockStatus
        if (unlockStatus?.action === action && unlockStatus.state === 'EXECUTED') return
      } catch (err) {
        lastResult = String(err)
      }
    } else if (!temporaryProblems.has(result.__typename)) {
      // The command before this one was executed, but its result was lost on the way.
      const { booking } = await client.request<BookingResult>(operations.booking, { bookingId })
      if (booking?.state === reachedState) return
      if (result.__typename !== 'TripNotRunning') throw new RideFailed(name, result)
    }
    await sleep(250)
  }
  throw new RideFailed(name, lastResult)
}

/** Problems that end by themselves: the vehicle still moves, still has an open command, or has no contact. */
const temporaryProblems = new Set(['EndTripBlocked', 'CommandUnderWay', 'VehicleUnreachable'])
