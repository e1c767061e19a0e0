import type { Ack } from '@holdfast/contracts'
import type { Transaction } from '@holdfast/service/postgres'
import { bounded, type Command, effectOf, rulesOf, type Situation } from '../domain/command.ts'
import { moveFrom, type Vehicle } from '../domain/vehicle.ts'
import { startBooking } from '../store/booking-functions.ts'
import { openCommandOf } from '../store/commands.ts'
import { type FleetEvent, fleetEvent } from '../store/outbox.ts'
import { finishTrip, insertTrip, type Trip, tripOfBooking } from '../store/trips.ts'
import { moveVehicle } from '../store/vehicles.ts'
import type { Deps } from './deps.ts'
import { reserveVehicle } from './reserveVehicle.ts'
import { issueSecureCommand } from './secureVehicle.ts'

/** What an executed command has changed besides itself. */
export interface Followed {
  readonly events: readonly FleetEvent[]
  readonly formerRiders: readonly string[]
  /** To be sent after the commit. */
  readonly secureCommand: Command | null
}

export const nothingFollows: Followed = { events: [], formerRiders: [], secureCommand: null }

/** Begins or ends the trip, or locks the vehicle again, as the purpose of an executed command requires. */
export async function followExecutedCommand(
  deps: Deps,
  tx: Transaction,
  vehicle: Vehicle,
  command: Command,
  ack: Ack,
): Promise<Followed> {
  const trip = await tripOfBooking(tx, command.bookingId)
  const open = await openCommandOf(tx, vehicle.id)
  const situation: Situation = {
    bookingTrip: trip === null ? 'NONE' : trip.endedAt === null ? 'RUNNING' : 'ENDED',
    vehicleOnTrip: vehicle.state === 'ON_TRIP',
    anotherCommandMovesLock: open !== null && rulesOf[open.purpose].lockAfter !== null,
  }
  const startedAt = bounded(new Date(ack.at), command.requestedAt, deps.now())
  const isRideable = vehicle.state === 'AVAILABLE' || vehicle.state === 'RESERVED'
  const bookingStarts =
    rulesOf[command.purpose].whenExecuted === 'TRIP_BEGINS' &&
    situation.bookingTrip === 'NONE' &&
    isRideable &&
    (await startBooking(tx, command.bookingId, startedAt))

  switch (effectOf(command.purpose, situation, bookingStarts)) {
    case 'BEGIN_TRIP':
      return beginTrip(deps, tx, vehicle, command, startedAt)
    case 'END_TRIP':
      return endTrip(deps, tx, vehicle, trip, ack)
    case 'SECURE': {
      const { bookingId } = command
      deps.log.warn(
        { vehicle: vehicle.id, booking: bookingId },
        'unlocked for a booking that is not CONFIRMED: locking it',
      )
      const epoch = vehicle.epoch ?? ack.epoch
      return { ...nothingFollows, secureCommand: await issueSecureCommand(deps, tx, vehicle, bookingId, epoch) }
    }
    case 'NONE':
      return nothingFollows
  }
}

async function beginTrip(
  deps: Deps,
  tx: Transaction,
  vehicle: Vehicle,
  { bookingId, riderId }: Command,
  startedAt: Date,
): Promise<Followed> {
  if (!riderId) throw new Error('a trip without a rider')
  const use = { bookingId, riderId }
  const reserved = await reserveVehicle(tx, vehicle, use)
  const start = moveFrom('trip_start', 'RESERVED')
  if (!reserved || !start) throw new Error(`a started booking on a vehicle that is ${vehicle.state}`)
  await moveVehicle(tx, reserved, start, use)
  const tripId = deps.newId()
  await insertTrip(tx, { id: tripId, vehicle, use, startedAt })
  const event = { vehicleId: vehicle.id, bookingId, tripId, startedAt: startedAt.toISOString() }
  return { ...nothingFollows, events: [fleetEvent('TripStarted', event)] }
}

async function endTrip(deps: Deps, tx: Transaction, vehicle: Vehicle, trip: Trip | null, ack: Ack): Promise<Followed> {
  const end = moveFrom('trip_end', vehicle.state)
  if (!trip || !end) throw new Error(`a running trip on a vehicle that is ${vehicle.state}`)
  const { id: tripId, bookingId, riderId, startedAt } = trip
  const endedAt = bounded(new Date(ack.at), startedAt, deps.now())
  const moved = await moveVehicle(tx, vehicle, end, null)
  if (!moved) throw new Error('a vehicle that was read for update has moved')
  await finishTrip(tx, { id: tripId, endedAt, at: ack.position, odometer: vehicle.position.odometer })
  const event = fleetEvent('TripEnded', {
    vehicleId: vehicle.id,
    bookingId,
    tripId,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt.toISOString(),
    publicId: moved.publicId,
    place: ack.position,
  })
  return { ...nothingFollows, events: [event], formerRiders: [riderId] }
}
