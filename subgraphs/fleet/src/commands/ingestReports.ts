import type { VehicleState } from '@holdfast/contracts'
import { transaction } from '@holdfast/service/postgres'
import { type ConnectionReport, contactAfter, endsSilence, type Heartbeat } from '../domain/contact.ts'
import type { Vehicle } from '../domain/vehicle.ts'
import { refreshAvailability } from '../store/availability.ts'
import { writePlaces } from '../store/positions.ts'
import { type Report, writeReports } from '../store/reports.ts'
import { vehiclesForUpdate } from '../store/vehicles.ts'
import type { Deps } from './deps.ts'
import { recordContactChanges } from './recordContactChanges.ts'

/** What one vehicle has reported and was not ingested yet; of each kind the newest. */
export interface PendingReports {
  connection?: ConnectionReport & { readonly counter: number }
  state?: VehicleState & { readonly receivedAt: Date; readonly retained: boolean }
  heartbeat?: Heartbeat
}

/**
 * Writes the reports of many vehicles in one transaction: contact found and lost (published to booking at once), lock,
 * battery, place. Returns the devices that have rebooted since their last report.
 */
export async function ingestReports(deps: Deps, pending: ReadonlyMap<string, PendingReports>) {
  const now = deps.now()
  const { changes, rebooted } = await transaction(deps.pool, async (tx) => {
    const vehicles = await vehiclesForUpdate(tx, 'device_id', [...pending.keys()])
    const ingested = vehicles.map((vehicle) => ({ vehicle, ...ingest(vehicle, pending.get(vehicle.deviceId) ?? {}) }))
    const reported = ingested.flatMap(({ vehicle, report }) => (report ? [{ vehicle, report }] : []))
    await writeReports(
      tx,
      reported.map(({ report }) => report),
    )
    await writePlaces(
      tx,
      ingested.flatMap(({ place }) => place ?? []),
    )
    await recordContactChanges(
      tx,
      reported.flatMap(({ vehicle, report }) => (report.contact === vehicle.contact ? [] : [report])),
    )
    const vehicleIds = vehicles.map(({ id }) => id)
    return {
      changes: await refreshAvailability(tx, vehicleIds, now, deps.offerRules),
      rebooted: reported.flatMap(({ vehicle, report }) => (report.epoch === vehicle.epoch ? [] : [vehicle.deviceId])),
    }
  })
  await deps.changes.vehicles(changes)
  return rebooted
}

/** What is kept of a vehicle after its reports; no report when nothing is new. */
function ingest(vehicle: Vehicle, { connection, state, heartbeat }: PendingReports) {
  let report: Report = vehicle
  const contact = connection && contactAfter(report, connection)
  if (connection && contact) {
    report = {
      ...report,
      ...contact,
      contactChangedAt: contact.contact === report.contact ? report.contactChangedAt : connection.receivedAt,
      reportedSeq: contact.epoch === report.epoch ? report.reportedSeq : 0,
      // After the restore of a backup, the vehicle may know a higher counter than the server.
      commandCounter: Math.max(report.commandCounter, connection.counter),
      lastSeenAt: connection.online ? (connection.retained ? connection.at : connection.receivedAt) : report.lastSeenAt,
    }
  }
  const isNewer = state && state.epoch === report.epoch && state.seq > report.reportedSeq
  if (isNewer) {
    const { lock, batteryPercent, seq, at, receivedAt, retained } = state
    report = { ...report, lock, batteryPercent, reportedSeq: seq, lastSeenAt: retained ? new Date(at) : receivedAt }
  }
  if (heartbeat && endsSilence(report, heartbeat)) {
    const { receivedAt } = heartbeat
    report = { ...report, contact: 'ONLINE', contactChangedAt: receivedAt, lastSeenAt: receivedAt }
  }
  return {
    report: report === vehicle ? null : report,
    place: isNewer ? { vehicleId: vehicle.id, ...state.position, measuredAt: new Date(state.at) } : null,
  }
}
