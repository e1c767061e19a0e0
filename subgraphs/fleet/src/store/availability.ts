/**
 * What can be rented right now. The table is written at transitions only and is the source of every copy: the search
 * index in Redis and what live maps show.
 */
import type { Transaction } from '@holdfast/service/postgres'
import type { Contact } from '../domain/contact.ts'
import { isOffered, isOutdated, type ListingRules, type Offer } from '../domain/listing.ts'
import { rangeMeters, type VehicleState } from '../domain/vehicle.ts'
import { cellOf } from './cells.ts'
import { columns } from './vehicles.ts'

/** What became of a vehicle in this transaction, for those who keep a copy or watch. To be told after the commit. */
export interface Change {
  readonly vehicleId: string
  readonly typeId: string
  readonly version: number
  /** Whether what is offered differs from before. */
  readonly changed: boolean
  readonly offer: (Offer & { readonly cell: string }) | null
  /** Where it stood on the map and where it stands. */
  readonly cells: readonly string[]
  /** Who has it. */
  readonly riderIds: readonly string[]
}

interface Row {
  id: string
  public_id: string
  vehicle_type_id: string
  state: VehicleState
  rider_id: string | null
  contact: Contact
  contact_changed_at: Date
  lock: 'LOCKED' | 'UNLOCKED'
  battery_percent: number
  availability_version: number
  max_range_meters: number
  latitude: number
  longitude: number
  settling: boolean
  offered_public_id: string | null
  offered_latitude: number
  offered_longitude: number
  offered_battery_percent: number
  offered_cell: string
}

/**
 * Offers or withdraws vehicles as their state now asks for. The caller holds their rows locked, so that the last writer
 * has seen the last state.
 */
export async function refreshAvailability(
  tx: Transaction,
  vehicleIds: readonly string[],
  now: Date,
  rules: ListingRules,
): Promise<Change[]> {
  if (vehicleIds.length === 0) return []
  const { rows } = await tx.query<Row>({
    name: 'read for availability',
    text: `
      select v.id, v.public_id, v.vehicle_type_id, v.state, v.rider_id, v.contact, v.contact_changed_at, v.lock,
        v.battery_percent, v.availability_version, t.max_range_meters, p.latitude, p.longitude,
        exists (select from fleet.trip where vehicle_id = v.id and released_at is null) as settling,
        a.public_id as offered_public_id, a.latitude as offered_latitude, a.longitude as offered_longitude,
        a.battery_percent as offered_battery_percent, a.h3_8 as offered_cell
      from fleet.vehicle v
      join fleet.vehicle_type t on t.id = v.vehicle_type_id
      join fleet.vehicle_position p on p.vehicle_id = v.id
      left join fleet.vehicle_availability a on a.vehicle_id = v.id
      where v.id = any($1)`,
    values: [vehicleIds],
  })
  const changes = rows.map((row) => decide(row, now, rules))
  const versions = await write(tx, changes)
  return changes.map((change) => ({ ...change, version: versions.get(change.vehicleId) ?? change.version }))
}

function decide(row: Row, now: Date, rules: ListingRules): Change & { readonly rangeMeters: number } {
  const place = { latitude: row.latitude, longitude: row.longitude }
  const before = row.offered_public_id
    ? {
        publicId: row.offered_public_id,
        latitude: row.offered_latitude,
        longitude: row.offered_longitude,
        batteryPercent: row.offered_battery_percent,
        cell: row.offered_cell,
      }
    : null
  const candidate = { ...row, contactChangedAt: row.contact_changed_at, batteryPercent: row.battery_percent }
  const cell = cellOf(place)
  const fresh = { publicId: row.public_id, batteryPercent: row.battery_percent, ...place, cell }
  const wanted = isOffered(candidate, now, rules) ? fresh : null
  const offer = before && wanted && !isOutdated(before, wanted) ? before : wanted
  return {
    vehicleId: row.id,
    typeId: row.vehicle_type_id,
    version: row.availability_version,
    changed: offer !== before,
    offer,
    cells: [...new Set([...(before ? [before.cell] : []), cell])],
    riderIds: row.rider_id ? [row.rider_id] : [],
    rangeMeters: rangeMeters(row.battery_percent, row.max_range_meters),
  }
}

async function write(
  tx: Transaction,
  changes: readonly (Change & { readonly rangeMeters: number })[],
): Promise<Map<string, number>> {
  const changed = changes.filter((change) => change.changed)
  if (changed.length === 0) return new Map()
  const put = changed.flatMap(({ offer, ...change }) => (offer ? [{ ...change, ...offer }] : []))
  const { rows } = await tx.query<{ id: string; availability_version: number }>({
    name: 'write availability',
    text: `
      with bumped as (
        update fleet.vehicle set availability_version = availability_version + 1
        where id = any($1)
        returning id, availability_version
      ),
      withdrawn as (
        delete from fleet.vehicle_availability where vehicle_id = any($1) and vehicle_id <> all($2::uuid[])
      ),
      offered as (
        insert into fleet.vehicle_availability as a
          (vehicle_id, public_id, vehicle_type_id, latitude, longitude, h3_8, battery_percent, range_meters)
        select * from unnest($2::uuid[], $3::uuid[], $4::text[], $5::float8[], $6::float8[], $7::text[], $8::integer[],
          $9::integer[])
        on conflict (vehicle_id) do update set
          public_id = excluded.public_id,
          latitude = excluded.latitude,
          longitude = excluded.longitude,
          h3_8 = excluded.h3_8,
          battery_percent = excluded.battery_percent,
          range_meters = excluded.range_meters
      )
      select id, availability_version from bumped`,
    values: [
      changed.map(({ vehicleId }) => vehicleId),
      ...columns(put, [
        'vehicleId',
        'publicId',
        'typeId',
        'latitude',
        'longitude',
        'cell',
        'batteryPercent',
        'rangeMeters',
      ]),
    ],
  })
  return new Map(rows.map(({ id, availability_version }) => [id, availability_version]))
}

/** Offered vehicles that lost contact so long ago that they must not be any more. */
export async function overdueOffers(tx: Transaction, lostBefore: Date): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>({
    name: 'overdue offers',
    text: `
      select v.id from fleet.vehicle_availability a join fleet.vehicle v on v.id = a.vehicle_id
      where v.contact = 'LOST' and v.contact_changed_at <= $1
      limit 500`,
    values: [lostBefore],
  })
  return rows.map(({ id }) => id)
}
