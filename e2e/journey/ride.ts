import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type PublicClient, until } from '../public-client.ts'
import * as operations from './operations.ts'

export interface Place {
  readonly latitude: number
  readonly longitude: number
}

/** What a ride told about itself: each step with its latency, and the receipt at the end. */
export interface Ride {
  readonly bookingId: string
  readonly steps: readonly { readonly name: string; readonly ms: number; readonly note: string }[]
  readonly fareMinor: number
  readonly receipt: string
}

/** Something the story does not know: the ride did not end as a ride should. */
export class RideFailed extends Error {
  constructor(step: string, answer: unknown) {
    super(`${step}: ${JSON.stringify(answer)}`)
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
type CommandResult<Name extends string> = Record<
  Name,
  { __typename: string; message?: string; state?: string; moveLock?: Command; blockers?: { __typename: string }[] }
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
const commandMs = 25_000 // A command lives 15 s; what comes later is said to have timed out.
const rideMs = 120_000

/**
 * One ride as a customer's app does it: find, hold, pay, unlock, ride, end, receipt. Every request is repeated with its
 * requestId while the service is away; a vehicle that is taken is exchanged for the next, a lock that did not answer is
 * tried again, as a person would.
 */
export async function ride(
  client: PublicClient,
  near: Place,
  onStep: (name: string, ms: number, note: string) => void = () => undefined,
): Promise<Ride> {
  const steps: { name: string; ms: number; note: string }[] = []
  const step = async <T>(name: string, work: () => Promise<T>, note: (result: T) => string): Promise<T> => {
    const from = performance.now()
    const result = await work()
    const entry = { name, ms: performance.now() - from, note: note(result) }
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
      holdOneOf(
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
    ({ latitude, longitude }) => `it stands at ${latitude}, ${longitude}`,
  )

  await step(
    'unlock',
    () => command(client, bookingId, 'unlockVehicle'),
    () => 'the lock opened',
  )

  await step(
    'ride',
    () => waitForRide(client, vehicleId, from),
    (seen) => `seen at ${seen} places on the map`,
  )

  await step(
    'lock',
    () => command(client, bookingId, 'endTrip'),
    () => 'locked in a parking zone',
  )

  const receipt = await step(
    'receipt',
    async () => {
      const deadline = Date.now() + 60_000
      for (;;) {
        const { booking } = await client.request<BookingResult>(operations.booking, { bookingId })
        if (booking?.payment?.state === 'CAPTURED' && booking.receipt) return booking
        if (Date.now() > deadline) throw new RideFailed('receipt', booking)
        await sleep(100)
      }
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

async function holdOneOf(
  client: PublicClient,
  vehicleIds: readonly string[],
): Promise<{ bookingId: string; vehicleId: string }> {
  const wanted = [...vehicleIds]
  for (let vehicleId = wanted.shift(); vehicleId; vehicleId = wanted.shift()) {
    const { createBooking } = await client.request<HoldResult>(operations.hold, { requestId: randomUUID(), vehicleId })
    if (createBooking.booking) return { bookingId: createBooking.booking.id, vehicleId }
    if (!['AlreadyTaken', 'BookableNotFound', 'VehicleOffline'].includes(createBooking.__typename))
      throw new RideFailed('hold', createBooking)
    wanted.push(...(createBooking.alternatives ?? []).map(({ id }) => id).filter((id) => !vehicleIds.includes(id)))
  }
  throw new RideFailed('hold', 'every vehicle nearby was taken')
}

async function payFor(client: PublicClient, bookingId: string): Promise<void> {
  const { authorizePayment } = await client.request<CommandResult<'authorizePayment'>>(operations.pay, {
    requestId: randomUUID(),
    bookingId,
    paymentMethodId: 'pm_card_visa',
  })
  if (authorizePayment.__typename === 'AuthorizePaymentSuccess') return
  if (authorizePayment.__typename !== 'PaymentPending') throw new RideFailed('pay', authorizePayment)
  const states = client.subscribe<{ bookingStatus: { state: string } | null }>(operations.watchBooking, { bookingId })
  const { bookingStatus } = await until(
    states,
    60_000,
    'payment',
    ({ bookingStatus }) => bookingStatus?.state !== 'PROCESSING',
  )
  if (bookingStatus?.state !== 'CONFIRMED') throw new RideFailed('pay', bookingStatus)
}

interface ShownVehicle {
  readonly id: string
  readonly speed: number
  readonly position: Place
}
interface MapChange {
  vehicleAvailability: { vehicles: ShownVehicle[] }
}

const standingMs = 30_000 // Some vehicles have no streets on the simulated map: their customers get off where they got on.

const wanderingMeters = 15 // More than a parked vehicle's position wanders from one fix to the next.

/** Watches the vehicle on the customer's own map until it has been somewhere and stands still; gives how many places it was seen at. */
async function waitForRide(client: PublicClient, vehicleId: string, from: Place): Promise<number> {
  const { latitude, longitude } = from
  const box = { south: latitude - 0.05, west: longitude - 0.08, north: latitude + 0.05, east: longitude + 0.08 }
  const places = new Set<string>()
  const see = (ms: number, what: string, wanted: (vehicle: ShownVehicle) => boolean) =>
    until(client.subscribe<MapChange>(operations.watchMap, { box }), ms, what, ({ vehicleAvailability }) => {
      const vehicle = vehicleAvailability.vehicles.find(({ id }) => id === vehicleId)
      if (!vehicle) return false
      places.add(`${vehicle.position.latitude},${vehicle.position.longitude}`)
      return wanted(vehicle)
    })
  const moves = await see(
    standingMs,
    'moving',
    ({ speed, position }) => speed > 0 || metersBetween(from, position) > wanderingMeters,
  ).then(
    () => true,
    () => false,
  )
  if (moves) await see(rideMs, 'stopping', ({ speed }) => speed === 0)
  return places.size
}

/** On a plane, which is exact enough within a city. */
const metersBetween = (a: Place, b: Place): number =>
  111_195 * Math.hypot(a.latitude - b.latitude, (a.longitude - b.longitude) * Math.cos((a.latitude * Math.PI) / 180))

const lockCommands = {
  unlockVehicle: {
    operation: operations.unlock,
    action: 'UNLOCK',
    success: 'UnlockVehicleSuccess',
    reached: ['ACTIVE'],
  },
  endTrip: { operation: operations.end, action: 'LOCK', success: 'EndTripSuccess', reached: ['COMPLETED'] },
} as const

/** Orders the lock to move and watches until it has; asks again while something stands in the way that passes. */
async function command(client: PublicClient, bookingId: string, name: keyof typeof lockCommands): Promise<void> {
  const { operation, action, success, reached } = lockCommands[name]
  const deadline = Date.now() + rideMs
  let last: unknown
  while (Date.now() < deadline) {
    const { [name]: answer } = await client.request<CommandResult<typeof name>>(operation, {
      requestId: randomUUID(),
      bookingId,
    })
    last = answer
    if (answer.__typename === success && answer.moveLock) {
      const { id } = answer.moveLock
      const changes = client.subscribe<{ unlockStatus: Command | null }>(operations.watchUnlock, { bookingId })
      try {
        const { unlockStatus } = await until(
          changes,
          commandMs,
          name,
          ({ unlockStatus }) => unlockStatus?.id !== id || settled.has(unlockStatus.state),
        )
        last = unlockStatus
        if (unlockStatus?.action === action && unlockStatus.state === 'EXECUTED') return
      } catch (err) {
        last = String(err)
      }
    } else if (!temporaryProblems.has(answer.__typename)) {
      // The order before this one was carried out although its answer was lost on the way.
      const { booking } = await client.request<BookingResult>(operations.booking, { bookingId })
      if (booking && (reached as readonly string[]).includes(booking.state)) return
      if (answer.__typename !== 'TripNotRunning') throw new RideFailed(name, answer)
    }
    await sleep(250)
  }
  throw new RideFailed(name, last)
}

/** Refusals that go away by themselves: the vehicle is still riding, or still at the last command, or out of radio. */
const temporaryProblems = new Set(['EndTripBlocked', 'CommandUnderWay', 'VehicleUnreachable'])
