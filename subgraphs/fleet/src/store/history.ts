import type { Queryable } from '@holdfast/service/postgres'
import { columns } from './columns.ts'
import { vehicleTables } from './vehicles.ts'

/** An event of a vehicle's history that is not a move: contact lost and restored, and what the device itself reports. */
export interface HistoryEntry {
  readonly vehicleId: string
  readonly eventType: string
  readonly at: Date
  /** Of the device's message, which may come twice; null for what the server noticed. */
  readonly epoch: string | null
  readonly seq: number | null
}

/** Adds to the histories; an entry that is already there is left out. */
export async function addToHistory(db: Queryable, entries: readonly HistoryEntry[]): Promise<void> {
  if (entries.length === 0) return
  await db.query({
    name: 'add to history',
    text: `
      insert into fleet.vehicle_event
        (vehicle_id, event_type, vehicle_state, booking_id, latitude, longitude, battery_percent, at, epoch, seq)
      select e.vehicle_id, e.event_type, v.state, v.booking_id, p.latitude, p.longitude, v.battery_percent, e.at, e.epoch, e.seq
      from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::bigint[])
        as e (vehicle_id, event_type, at, epoch, seq)
      join ${vehicleTables} on v.id = e.vehicle_id
      on conflict do nothing`,
    values: columns(entries, ['vehicleId', 'eventType', 'at', 'epoch', 'seq']),
  })
}
