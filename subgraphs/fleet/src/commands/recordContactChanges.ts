import type { Transaction } from '@holdfast/service/postgres'
import { fleetEvent, publish } from '../store/outbox.ts'
import type { Report } from '../store/reports.ts'
import { addToHistory } from '../store/vehicles.ts'

/** Publishes that contact with vehicles was lost or restored, and adds it to their histories. */
export async function recordContactChanges(tx: Transaction, reports: readonly Report[]): Promise<void> {
  await publish(
    tx,
    ...reports.map(({ id, contact }) =>
      fleetEvent(contact === 'ONLINE' ? 'VehicleContactRestored' : 'VehicleContactLost', { vehicleId: id }),
    ),
  )
  await addToHistory(
    tx,
    reports.map(({ id, contact, contactChangedAt: at }) => {
      const eventType = contact === 'ONLINE' ? 'comms_restored' : 'comms_lost'
      return { vehicleId: id, eventType, at, epoch: null, seq: null }
    }),
  )
}
