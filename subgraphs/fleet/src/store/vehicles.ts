/** The vehicles: reading them for update, moving them, and their histories. */
import type { Queryable, Transaction } from '@holdfast/service/postgres'
import { traceparent } from '@holdfast/service/process'
import {
  inState,
  type Position,
  type Use,
  type Vehicle,
  type VehicleMove,
  type VehicleState,
} from '../domain/vehicle.ts'
import { columns } from './columns.ts'

interface VehicleRow extends Omit<Vehicle, 'state' | 'use' | 'position'>, Position {
  readonly state: VehicleState
  readonly bookingId: string | null
  readonly riderId: string | null
}

export const vehicleTables = 'fleet.vehicle v join fleet.vehicle_position p on p.vehicle_id = v.id'

const vehicleColumns = `
  v.id, v.device_id as "deviceId", v.public_id as "publicId", v.vehicle_type_id as "typeId", v.state,
  v.booking_id as "bookingId", v.rider_id as "riderId", v.contact, v.contact_changed_at as "contactChangedAt",
  case when v.epoch is null then v.last_seen_at else greatest(v.last_seen_at, p.received_at) end as "lastSeenAt",
  v.epoch, v.reported_seq as "reportedSeq", v.lock, v.battery_percent as "batteryPercent",
  v.command_counter as "commandCounter",
  p.latitude, p.longitude, p.speed, p.odometer, p.measured_at as "measuredAt"`

/** Unknown ids are left out. */
export async function vehiclesForUpdate(
  tx: Transaction,
  by: 'id' | 'device_id' | 'public_id',
  ids: readonly string[],
): Promise<Vehicle[]> {
  const { rows } = await tx.query<VehicleRow>({
    name: `vehicles for update by ${by}`,
    // In the order of ids, so that two transactions with several vehicles cannot wait for each other.
    text: `
      select ${vehicleColumns} from ${vehicleTables} where v.${by} = any($1) order by v.id for no key update of v`,
    values: [ids],
  })
  return rows.map(vehicleFrom)
}

function vehicleFrom(row: VehicleRow): Vehicle {
  const { state, bookingId, riderId, latitude, longitude, speed, odometer, measuredAt, ...rest } = row
  const use = bookingId && riderId ? { bookingId, riderId } : null
  return inState({ ...rest, position: { latitude, longitude, speed, odometer, measuredAt } }, state, use)
}

export async function vehicleForUpdate(tx: Transaction, by: 'id' | 'public_id', id: string): Promise<Vehicle | null> {
  return (await vehiclesForUpdate(tx, by, [id]))[0] ?? null
}

/**
 * Moves a vehicle that was read for update, and writes the move into its history. The end of a trip gives it a new public
 * id in the same statement (GBFS 3.0, vehicle_id). Returns the moved vehicle; null when it was not in the move's first
 * state.
 */
export async function moveVehicle(tx: Transaction, vehicle: Vehicle, move: VehicleMove, use: Use | null) {
  const { rows } = await tx.query<{ public_id: string }>({
    name: 'move vehicle',
    text: `
      with moved as (
        update fleet.vehicle
        set state = $4,
          booking_id = $5,
          rider_id = $6,
          public_id = case when $2 = 'trip_end' then gen_random_uuid() else public_id end
        where id = $1 and state = $3
        returning id, public_id, state, battery_percent
      ),
      history as (
        insert into fleet.vehicle_event
          (vehicle_id, event_type, vehicle_state, booking_id, latitude, longitude, battery_percent, traceparent)
        select m.id, $2, m.state, $7, p.latitude, p.longitude, m.battery_percent, $8
        from moved m join fleet.vehicle_position p on p.vehicle_id = m.id
      )
      select public_id from moved`,
    values: [
      vehicle.id,
      move.name,
      move.from,
      move.to,
      use?.bookingId ?? null,
      use?.riderId ?? null,
      (use ?? vehicle.use)?.bookingId ?? null,
      traceparent() ?? null,
    ],
  })
  const [row] = rows
  return row ? inState({ ...vehicle, publicId: row.public_id }, move.to, use) : null
}

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
