import { transaction } from '@holdfast/service/postgres'
import { longestSilence } from '../domain/contact.ts'
import { overdueOffers, refreshAvailability } from '../store/availability.ts'
import { publish } from '../store/outbox.ts'
import { lockVehicles, noteInHistory, type Report, silentVehicles, writeReports } from '../store/vehicles.ts'
import type { Deps } from './deps.ts'

/** What time alone changes: vehicles silent for too long are lost, and lost ones leave the map when their grace is over. */
export const lookAfterContact = (deps: Deps) => async (): Promise<void> => {
  const now = deps.now()
  const before = (ms: number) => new Date(now.getTime() - ms)
  const changes = await transaction(deps.pool, async (tx) => {
    const silent = await lockVehicles(
      tx,
      await silentVehicles(tx, {
        onTripBefore: before(longestSilence('ON_TRIP')),
        otherwiseBefore: before(longestSilence('AVAILABLE')),
      }),
    )
    const lost = silent.filter(({ contact }) => contact === 'ONLINE')
    const reports = lost.map(
      (vehicle): Report => ({ ...vehicle, vehicleId: vehicle.id, contact: 'LOST', contactChangedAt: now }),
    )
    await writeReports(tx, reports)
    await publish(
      tx,
      lost.map(({ id }) => ({ subject: id, type: 'VehicleContactLost', data: { vehicleId: id } })),
    )
    await noteInHistory(
      tx,
      lost.map(({ id }) => ({ vehicleId: id, eventType: 'comms_lost', at: now, epoch: null, seq: null })),
    )
    const overdue = await lockVehicles(tx, await overdueOffers(tx, before(deps.listing.graceMs)))
    return refreshAvailability(
      tx,
      [...lost, ...overdue].map(({ id }) => id),
      now,
      deps.listing,
    )
  })
  await deps.announce.changes(changes)
}
