import type { VehicleState } from '@holdfast/contracts'
import { transaction } from '@holdfast/service/postgres'
import { heardConnection, type Said, speaksAgain } from '../domain/contact.ts'
import type { Vehicle } from '../domain/vehicle.ts'
import { refreshAvailability } from '../store/availability.ts'
import { type Fact, publish } from '../store/outbox.ts'
import { writePlaces } from '../store/positions.ts'
import { lockVehiclesByDevice, noteInHistory, type Report, writeReports } from '../store/vehicles.ts'
import type { Deps } from './deps.ts'

/** What one vehicle said since its last report was written; of each kind the newest. */
export interface Waiting {
  connection?: Said & { readonly counter: number }
  state?: VehicleState & { readonly heardAt: Date; readonly retained: boolean }
  /** When it was last heard at all, and in which epoch. */
  sign?: { readonly heardAt: Date; readonly epoch: string }
}

/**
 * Writes what vehicles said of themselves, many in one transaction: contact found and lost (told to booking at once),
 * lock, battery, place. Returns the devices that have booted since they were last heard.
 */
export async function takeReports(deps: Deps, waiting: ReadonlyMap<string, Waiting>): Promise<readonly string[]> {
  const now = deps.now()
  const { changes, reborn } = await transaction(deps.pool, async (tx) => {
    const vehicles = await lockVehiclesByDevice(tx, [...waiting.keys()])
    const taken = vehicles.map((vehicle) => {
      const said = waiting.get(vehicle.deviceId) ?? {}
      return { vehicle, ...reported(vehicle, said) }
    })
    const toWrite = taken.filter(({ report }) => report !== null)
    await writeReports(
      tx,
      toWrite.flatMap(({ report }) => report ?? []),
    )
    await writePlaces(
      tx,
      taken.flatMap(({ place }) => place ?? []),
    )
    const switched = toWrite.flatMap(({ vehicle, report }) =>
      report && report.contact !== vehicle.contact ? [report] : [],
    )
    await publish(tx, switched.map(contactFact))
    await noteInHistory(
      tx,
      switched.map(({ vehicleId, contact, contactChangedAt: at }) => {
        const eventType = contact === 'ONLINE' ? 'comms_restored' : 'comms_lost'
        return { vehicleId, eventType, at, epoch: null, seq: null }
      }),
    )
    return {
      changes: await refreshAvailability(
        tx,
        vehicles.map(({ id }) => id),
        now,
        deps.listing,
      ),
      reborn: toWrite.flatMap(({ vehicle, report }) => (report?.epoch === vehicle.epoch ? [] : [vehicle.deviceId])),
    }
  })
  await deps.announce.changes(changes)
  return reborn
}

const contactFact = ({ vehicleId, contact }: Report): Fact => ({
  subject: vehicleId,
  type: contact === 'ONLINE' ? 'VehicleContactRestored' : 'VehicleContactLost',
  data: { vehicleId },
})

/** What is to be remembered of a vehicle after what it said; null when nothing new was said. */
function reported(vehicle: Vehicle, { connection, state, sign }: Waiting) {
  let report: Report = { ...vehicle, vehicleId: vehicle.id }
  const before = report
  const heard = connection && heardConnection(report, connection)
  if (connection && heard) {
    const reborn = heard.epoch !== report.epoch
    report = {
      ...report,
      ...heard,
      contactChangedAt: heard.contact === report.contact ? report.contactChangedAt : connection.heardAt,
      reportedSeq: reborn ? 0 : report.reportedSeq,
      // A restored backup of ours may remember less than the vehicle does.
      commandCounter: Math.max(report.commandCounter, connection.counter),
      lastSeenAt: connection.online ? (connection.retained ? connection.at : connection.heardAt) : report.lastSeenAt,
    }
  }
  const current = state && state.epoch === report.epoch && state.seq > report.reportedSeq
  if (current) {
    const { lock, batteryPercent, seq, at, heardAt, retained } = state
    report = { ...report, lock, batteryPercent, reportedSeq: seq, lastSeenAt: retained ? new Date(at) : heardAt }
  }
  if (sign && speaksAgain(report, sign)) {
    report = { ...report, contact: 'ONLINE', contactChangedAt: sign.heardAt, lastSeenAt: sign.heardAt }
  }
  return {
    report: report === before ? null : report,
    place: current ? { vehicleId: vehicle.id, ...state.position, measuredAt: new Date(state.at) } : null,
  }
}
