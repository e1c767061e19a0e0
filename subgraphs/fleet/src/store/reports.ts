/** What vehicles report of themselves, as it is kept with them. */
import type { Queryable, Transaction } from '@holdfast/service/postgres'
import type { Vehicle } from '../domain/vehicle.ts'
import { columns } from './columns.ts'
import { vehicleTables } from './vehicles.ts'

const reportedProperties = [
  'id',
  'contact',
  'contactChangedAt',
  'lastSeenAt',
  'epoch',
  'reportedSeq',
  'lock',
  'batteryPercent',
  'commandCounter',
] as const satisfies readonly (keyof Vehicle)[]

/** What is kept of a vehicle's reports. */
export type Report = Pick<Vehicle, (typeof reportedProperties)[number]>

/** Writes the reports of vehicles that were read for update, all in one statement. */
export async function writeReports(tx: Transaction, reports: readonly Report[]): Promise<void> {
  await tx.query({
    name: 'write reports',
    text: `
      update fleet.vehicle v
      set contact = r.contact,
        contact_changed_at = r.contact_changed_at,
        last_seen_at = r.last_seen_at,
        epoch_at = case when v.epoch is distinct from r.epoch then now() else v.epoch_at end,
        epoch = r.epoch,
        reported_seq = r.reported_seq,
        lock = r.lock,
        battery_percent = r.battery_percent,
        command_counter = r.command_counter
      from unnest($1::uuid[], $2::fleet.contact[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::bigint[],
        $7::fleet.lock_state[], $8::integer[], $9::bigint[])
        as r (id, contact, contact_changed_at, last_seen_at, epoch, reported_seq, lock, battery_percent, command_counter)
      where v.id = r.id`,
    values: columns(reports, reportedProperties),
  })
}

/** Vehicles that count as online although they have been silent for longer than their state allows. */
export async function silentVehicles(db: Queryable, before: { readonly onTrip: Date; readonly otherwise: Date }) {
  const { rows } = await db.query<{ id: string }>({
    name: 'silent vehicles',
    text: `
      select v.id from ${vehicleTables}
      where v.contact = 'ONLINE' and v.state <> 'REMOVED'
        and greatest(v.last_seen_at, p.received_at) < case when v.state = 'ON_TRIP' then $1 else $2 end::timestamptz
      limit 500`,
    values: [before.onTrip, before.otherwise],
  })
  return rows.map(({ id }) => id)
}
