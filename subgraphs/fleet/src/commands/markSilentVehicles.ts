import { transaction } from '@holdfast/service/postgres'
import { maxSilenceMs } from '../domain/contact.ts'
import { overdueOffers, refreshAvailability } from '../store/availability.ts'
import { type Report, silentVehicles, writeReports } from '../store/reports.ts'
import { vehiclesForUpdate } from '../store/vehicles.ts'
import type { Deps } from './deps.ts'
import { recordContactChanges } from './recordContactChanges.ts'

/** Marks vehicles that have been silent for too long as lost, and withdraws lost ones from the map when their grace is over. */
export async function markSilentVehicles(deps: Deps): Promise<void> {
  const now = deps.now()
  const before = (ms: number) => new Date(now.getTime() - ms)
  const changes = await transaction(deps.pool, async (tx) => {
    const silent = await vehiclesForUpdate(
      tx,
      'id',
      await silentVehicles(tx, {
        onTrip: before(maxSilenceMs('ON_TRIP')),
        otherwise: before(maxSilenceMs('AVAILABLE')),
      }),
    )
    const lost = silent
      .filter(({ contact }) => contact === 'ONLINE')
      .map((vehicle): Report => ({ ...vehicle, contact: 'LOST', contactChangedAt: now }))
    await writeReports(tx, lost)
    await recordContactChanges(tx, lost)
    const overdue = await vehiclesForUpdate(tx, 'id', await overdueOffers(tx, before(deps.offerRules.graceMs)))
    const vehicleIds = [...lost, ...overdue].map(({ id }) => id)
    return refreshAvailability(tx, vehicleIds, now, deps.offerRules)
  })
  await deps.changes.vehicles(changes)
}
