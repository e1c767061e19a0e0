/** The vehicles themselves: reading, locking, moving. */
import type { Queryable, Transaction } from '@holdfast/service/postgres'
import { traceparent } from '@holdfast/service/process'
import type { Contact } from '../domain/contact.ts'
import type { Use, Vehicle, VehicleMove, VehicleState } from '../domain/vehicle.ts'

interface VehicleRow {
  id: string
  device_id: string
  public_id: string
  vehicle_type_id: string
  state: VehicleState
  booking_id: string | null
  rider_id: string | null
  contact: Contact
  contact_changed_at: Date
  last_seen_at: Date | null
  epoch: string | null
  reported_seq: number
  lock: 'LOCKED' | 'UNLOCKED'
  battery_percent: number
  command_counter: number
  latitude: number
  longitude: number
  speed: number
  odometer: number
  measured_at: Date
  received_at: Date
}

const vehicleColumns = `
  v.id, v.device_id, v.public_id, v.vehicle_type_id, v.state, v.booking_id, v.rider_id, v.contact, v.contact_changed_at,
  v.last_seen_at, v.epoch, v.reported_seq, v.lock, v.battery_percent, v.command_counter,
  p.latitude, p.longitude, p.speed, p.odometer, p.measured_at, p.received_at`

const joined = 'fleet.vehicle v join fleet.vehicle_position p on p.vehicle_id = v.id'

function asVehicle(row: VehicleRow): Vehicle {
  const common = {
    id: row.id,
    deviceId: row.device_id,
    publicId: row.public_id,
    typeId: row.vehicle_type_id,
    contact: row.contact,
    contactChangedAt: row.contact_changed_at,
    lastSeenAt: later(row.last_seen_at, row.epoch === null ? null : row.received_at),
    epoch: row.epoch,
    reportedSeq: row.reported_seq,
    lock: row.lock,
    batteryPercent: row.battery_percent,
    commandCounter: row.command_counter,
    position: {
      latitude: row.latitude,
      longitude: row.longitude,
      speed: row.speed,
      odometer: row.odometer,
      measuredAt: row.measured_at,
    },
  }
  if (row.state === 'RESERVED' || row.state === 'ON_TRIP') {
    // A check constraint says that such a row has both.
    const use: Use = { bookingId: row.booking_id ?? '', riderId: row.rider_id ?? '' }
    return { ...common, state: row.state, use }
  }
  return { ...common, state: row.state, use: null }
}

const later = (a: Date | null, b: Date | null) => (a && b ? (a > b ? a : b) : (a ?? b))

/** Locks the vehicles in id order, so that no two who lock several can wait for each other; unknown ids are left out. */
export async function lockVehicles(tx: Transaction, ids: readonly string[]): Promise<Vehicle[]> {
  const { rows } = await tx.query<VehicleRow>({
    name: 'lock vehicles',
    text: `select ${vehicleColumns} from ${joined} where v.id = any($1) order by v.id for no key update of v`,
    values: [ids],
  })
  return rows.map(asVehicle)
}

export async function lockVehicle(tx: Transaction, id: string): Promise<Vehicle | null> {
  return (await lockVehicles(tx, [id]))[0] ?? null
}

export async function lockVehicleByPublicId(tx: Transaction, publicId: string): Promise<Vehicle | null> {
  const { rows } = await tx.query<VehicleRow>(
    `select ${vehicleColumns} from ${joined} where v.public_id = $1 for no key update of v`,
    [publicId],
  )
  return rows[0] ? asVehicle(rows[0]) : null
}

/** Locks the vehicles of these devices in id order. */
export async function lockVehiclesByDevice(tx: Transaction, deviceIds: readonly string[]): Promise<Vehicle[]> {
  const { rows } = await tx.query<VehicleRow>({
    name: 'lock vehicles by device',
    text: `select ${vehicleColumns} from ${joined} where v.device_id = any($1) order by v.id for no key update of v`,
    values: [deviceIds],
  })
  return rows.map(asVehicle)
}

/**
 * Moves a locked vehicle and writes what happened into its history. Ending a trip gives it a new public id in the same
 * statement (GBFS 3.0, vehicle_id). Returns the vehicle as it is then; null when it was not in the move's first state.
 */
export async function moveVehicle(
  tx: Transaction,
  vehicle: Vehicle,
  move: VehicleMove,
  use: Use | null,
): Promise<Vehicle | null> {
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
      noted as (
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
  if (!row) return null
  const { state: _state, use: _use, ...rest } = vehicle
  const now = { ...rest, publicId: row.public_id }
  if (move.to === 'RESERVED' || move.to === 'ON_TRIP') {
    if (!use) throw new Error(`${move.name} needs somebody who has the vehicle`)
    return { ...now, state: move.to, use }
  }
  return { ...now, state: move.to, use: null }
}

/** What a vehicle said of itself, as it is to be remembered. */
export interface Report {
  readonly vehicleId: string
  readonly contact: Contact
  readonly contactChangedAt: Date
  readonly lastSeenAt: Date | null
  readonly epoch: string | null
  readonly reportedSeq: number
  readonly lock: Vehicle['lock']
  readonly batteryPercent: number
  readonly commandCounter: number
}

/** Writes the reports of locked vehicles, all in one statement. */
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
    values: columns(reports, [
      'vehicleId',
      'contact',
      'contactChangedAt',
      'lastSeenAt',
      'epoch',
      'reportedSeq',
      'lock',
      'batteryPercent',
      'commandCounter',
    ]),
  })
}

/** An event of a vehicle's history besides its moves: contact lost and restored, what the device itself tells. */
export interface HistoryEntry {
  readonly vehicleId: string
  readonly eventType: string
  readonly at: Date
  /** Of the device's message, which may come twice; null for what the house notices. */
  readonly epoch: string | null
  readonly seq: number | null
}

/** Adds to the histories; what is already there stays as it is. */
export async function noteInHistory(db: Queryable, entries: readonly HistoryEntry[]): Promise<void> {
  if (entries.length === 0) return
  await db.query({
    name: 'note in history',
    text: `
      insert into fleet.vehicle_event
        (vehicle_id, event_type, vehicle_state, booking_id, latitude, longitude, battery_percent, at, epoch, seq)
      select e.vehicle_id, e.event_type, v.state, v.booking_id, p.latitude, p.longitude, v.battery_percent, e.at, e.epoch, e.seq
      from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::bigint[])
        as e (vehicle_id, event_type, at, epoch, seq)
      join ${joined} on v.id = e.vehicle_id
      on conflict do nothing`,
    values: columns(entries, ['vehicleId', 'eventType', 'at', 'epoch', 'seq']),
  })
}

/** The stable ids of devices; unknown ones are missing. */
export async function vehicleIdsOf(db: Queryable, deviceIds: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await db.query<{ device_id: string; id: string }>({
    name: 'vehicle ids',
    text: 'select device_id, id from fleet.vehicle where device_id = any($1)',
    values: [deviceIds],
  })
  return new Map(rows.map(({ device_id, id }) => [device_id, id]))
}

/** The devices of the fleet in the order of their ids. */
export async function deviceIdsAfter(db: Queryable, deviceId: string, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ device_id: string }>({
    name: 'device ids after',
    text: `select device_id from fleet.vehicle where device_id > $1 and state <> 'REMOVED' order by device_id limit $2`,
    values: [deviceId, limit],
  })
  return rows.map(({ device_id }) => device_id)
}

/** Vehicles that count as online although nothing was heard of them for longer than their state allows. */
export async function silentVehicles(
  db: Queryable,
  { onTripBefore, otherwiseBefore }: { onTripBefore: Date; otherwiseBefore: Date },
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>({
    name: 'silent vehicles',
    text: `
      select v.id from ${joined}
      where v.contact = 'ONLINE' and v.state <> 'REMOVED'
        and greatest(v.last_seen_at, p.received_at) < case when v.state = 'ON_TRIP' then $1 else $2 end::timestamptz
      limit 500`,
    values: [onTripBefore, otherwiseBefore],
  })
  return rows.map(({ id }) => id)
}

/** One array per column, for unnest. */
export function columns<T>(rows: readonly T[], names: readonly (keyof T)[]): unknown[][] {
  return names.map((name) => rows.map((row) => row[name]))
}
