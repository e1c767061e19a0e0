import type { Ack } from '@holdfast/contracts'
import { type Transaction, transaction } from '@holdfast/service/postgres'
import { traceparent } from '@holdfast/service/process'
import { actionFor, bounded, type Command, effectOf } from '../domain/command.ts'
import { moveFrom, type Vehicle } from '../domain/vehicle.ts'
import { type Change, refreshAvailability } from '../store/availability.ts'
import { startBooking } from '../store/booking.ts'
import { giveCommand, lockCommand, moveCommand, openCommand } from '../store/commands.ts'
import { type Fact, publish } from '../store/outbox.ts'
import { beginTrip, finishTrip, tripOfBooking } from '../store/trips.ts'
import { lockVehiclesByDevice, moveVehicle, writeReports } from '../store/vehicles.ts'
import type { Deps } from './deps.ts'
import { reserve } from './reserve.ts'
import { send } from './send.ts'

/** A vehicle's answer whose signature was verified. */
export type VerifiedAck = Ack & { readonly cid: string }

interface Settled {
  readonly bookingId: string
  readonly deviceId: string
  readonly changes: readonly Change[]
  readonly formerRiders: readonly string[]
  readonly secure: Command | null
}

/**
 * Takes in what a vehicle answered to a command. The command's move and everything that follows from it (the booking
 * starts, the trip begins or ends, an open lock that nobody may use is closed) are one transaction; an answer that comes
 * twice finds the command moved and changes nothing. Resolves false for an answer to nothing of ours.
 */
export const settleCommand =
  (deps: Deps) =>
  async (ack: VerifiedAck): Promise<boolean> => {
    const settled = await transaction(deps.pool, async (tx): Promise<Settled | 'unknown' | 'known'> => {
      // Lock order everywhere: vehicle, command, and what booking locks behind booking.start.
      const [vehicle] = await lockVehiclesByDevice(tx, [ack.deviceId])
      const before = vehicle && (await lockCommand(tx, ack.cid, vehicle.id))
      if (!vehicle || !before) return 'unknown'
      const command = await move(tx, before, ack, deps.now())
      if (!command) return 'known'
      await remember(tx, vehicle, ack, deps.now())
      if (command.state === 'ACCEPTED') return { ...nothingElse, bookingId: command.bookingId, deviceId: ack.deviceId }
      const { formerRiders, secure, facts } =
        command.state === 'EXECUTED' ? await followUp(deps, tx, vehicle, command, ack) : { ...nothingElse, facts: [] }
      await publish(tx, [...facts, settledFact(command)])
      const changes = await refreshAvailability(tx, [vehicle.id], deps.now(), deps.listing)
      return { bookingId: command.bookingId, deviceId: ack.deviceId, changes, formerRiders, secure }
    })
    if (typeof settled === 'string') return settled === 'known'

    const { bookingId, deviceId, changes, formerRiders, secure } = settled
    await Promise.all([deps.announce.command(bookingId), deps.announce.changes(changes, formerRiders)])
    if (secure) await send(deps, secure, deviceId)
    return true
  }

const nothingElse = { changes: [], formerRiders: [], secure: null } as const

const moveOf = { ACCEPTED: 'accept', EXECUTED: 'execute', REFUSED: 'refuse' } as const

const move = (tx: Transaction, command: Command, { phase, code }: Ack, now: Date): Promise<Command | null> =>
  moveCommand(tx, command.id, moveOf[phase], now, phase === 'REFUSED' ? code : null)

export const settledFact = ({ id, vehicleId, bookingId, state }: Command): Fact => {
  if (state !== 'EXECUTED' && state !== 'REFUSED' && state !== 'TIMED_OUT') throw new Error(`${state} settles nothing`)
  return { subject: vehicleId, type: 'CommandSettled', data: { vehicleId, bookingId, commandId: id, state } }
}

/** An ack tells of the vehicle what its state messages tell; a repeated one tells of the past and is passed over. */
async function remember(tx: Transaction, vehicle: Vehicle, ack: Ack, now: Date): Promise<void> {
  // Signed by the vehicle, so it may also teach us the boot epoch whose birth we missed.
  const reborn = ack.code === 'EPOCH' && ack.epoch !== vehicle.epoch
  if (!reborn && (ack.epoch !== vehicle.epoch || ack.seq <= vehicle.reportedSeq)) return
  await writeReports(tx, [
    {
      vehicleId: vehicle.id,
      contact: vehicle.contact,
      contactChangedAt: vehicle.contactChangedAt,
      lastSeenAt: now,
      epoch: ack.epoch,
      reportedSeq: ack.seq,
      lock: ack.lock,
      batteryPercent: ack.batteryPercent,
      commandCounter: vehicle.commandCounter,
    },
  ])
}

interface FollowUp {
  readonly facts: readonly Fact[]
  readonly formerRiders: readonly string[]
  readonly secure: Command | null
}

async function followUp(deps: Deps, tx: Transaction, vehicle: Vehicle, command: Command, ack: Ack): Promise<FollowUp> {
  const now = deps.now()
  const trip = await tripOfBooking(tx, command.bookingId)
  const situation = {
    tripOfBookingExists: trip !== null,
    tripRuns: command.purpose === 'END_TRIP' ? trip !== null && trip.endedAt === null : vehicle.state === 'ON_TRIP',
    anotherIsOpen: (await openCommand(tx, vehicle.id)) !== null,
  }
  const startedAt = bounded(new Date(ack.at), command.requestedAt, now)
  const rideable = vehicle.state === 'AVAILABLE' || vehicle.state === 'RESERVED'
  const starts =
    command.purpose === 'START_TRIP' &&
    !situation.tripOfBookingExists &&
    rideable &&
    (await startBooking(tx, command.bookingId, startedAt))

  switch (effectOf(command.purpose, situation, starts)) {
    case 'BEGIN_TRIP': {
      const use = { bookingId: command.bookingId, riderId: riderOf(command) }
      const reserved = await reserve(tx, vehicle, use)
      const start = moveFrom('trip_start', 'RESERVED')
      if (!reserved || !start) throw new Error(`a started booking on a vehicle that is ${vehicle.state}`)
      const tripId = deps.newId()
      await moveVehicle(tx, reserved, start, use)
      await beginTrip(tx, { id: tripId, vehicle, use, startedAt })
      const data = { vehicleId: vehicle.id, bookingId: use.bookingId, tripId, startedAt: startedAt.toISOString() }
      return { ...nothingElse, facts: [{ subject: vehicle.id, type: 'TripStarted', data }] }
    }
    case 'END_TRIP': {
      const end = moveFrom('trip_end', vehicle.state)
      if (!trip || !end) throw new Error(`a running trip on a vehicle that is ${vehicle.state}`)
      const endedAt = bounded(new Date(ack.at), trip.startedAt, now)
      const moved = await moveVehicle(tx, vehicle, end, null)
      if (!moved) throw new Error('a locked vehicle moved')
      await finishTrip(tx, { id: trip.id, endedAt, at: ack.position, odometer: vehicle.position.odometer })
      const data = {
        vehicleId: vehicle.id,
        bookingId: command.bookingId,
        tripId: trip.id,
        startedAt: trip.startedAt.toISOString(),
        endedAt: endedAt.toISOString(),
        publicId: moved.publicId,
        place: ack.position,
      }
      return { ...nothingElse, facts: [{ subject: vehicle.id, type: 'TripEnded', data }], formerRiders: [trip.riderId] }
    }
    case 'SECURE':
      deps.log.warn({ vehicle: vehicle.id, booking: command.bookingId }, 'opened for a booking that is over: locking')
      return {
        ...nothingElse,
        facts: [],
        secure: await giveSecure(deps, tx, vehicle, command.bookingId, vehicle.epoch ?? ack.epoch),
      }
    case 'NONE':
      return { ...nothingElse, facts: [] }
  }
}

function riderOf({ riderId }: Command): string {
  if (!riderId) throw new Error('a trip that nobody asked for')
  return riderId
}

/** Orders a locked vehicle, in the house's own name, to close. */
export function giveSecure(deps: Deps, tx: Transaction, vehicle: Vehicle, bookingId: string, epoch: string) {
  const requestedAt = deps.now()
  return giveCommand(tx, {
    id: deps.newId(),
    vehicleId: vehicle.id,
    bookingId,
    riderId: null,
    requestId: null,
    action: actionFor.SECURE,
    purpose: 'SECURE',
    epoch,
    requestedAt,
    expiresAt: new Date(requestedAt.getTime() + deps.commandTtlMs),
    traceparent: traceparent() ?? null,
  })
}
