/**
 * What can be rented right now. The table is written only when that changes. It is the source of every copy: the search
 * index in Redis, and what live maps show.
 */
import type { Queryable, Transaction } from '@holdfast/service/postgres'
import { cellOf } from '../domain/cells.ts'
import { isOffered, isOutdated, type Offer, type OfferCandidate, type OfferRules } from '../domain/offer.ts'
import { rangeMeters } from '../domain/vehicle-type.ts'
import { columns } from './columns.ts'

/** For a table `a` that is joined from the left: the offer; null while the vehicle is not offered. */
export const offerColumn = `
  case when a.vehicle_id is not null then json_build_object('publicId', a.public_id, 'latitude', a.latitude,
    'longitude', a.longitude, 'batteryPercent', a.battery_percent) end as offer`

/** What everybody may rent, as copies of it need it: the version orders the changes of one vehicle. */
export interface VersionedOffer {
  readonly vehicleId: string
  readonly typeId: string
  readonly version: number
  readonly offer: Offer | null
}

/** All vehicles in the order of their ids, so many at a time. */
export async function offersAfter(db: Queryable, vehicleId: string, limit: number): Promise<VersionedOffer[]> {
  const { rows } = await db.query<VersionedOffer>({
    name: 'offers after',
    text: `
      select v.id as "vehicleId", v.vehicle_type_id as "typeId", v.availability_version as version, ${offerColumn}
      from fleet.vehicle v left join fleet.vehicle_availability a on a.vehicle_id = v.id
      where v.id > $1
      order by v.id
      limit $2`,
    values: [vehicleId, limit],
  })
  return rows
}

/** A vehicle that a transaction has touched, for copies and watchers. Published after the commit. */
export interface VehicleChange extends VersionedOffer {
  readonly offerChanged: boolean
  readonly offer: (Offer & { readonly cell: string }) | null
  /** Where it stood on the map and where it stands. */
  readonly cells: readonly string[]
  readonly riderId: string | null
}

interface Row extends OfferCandidate, Offer, VersionedOffer {
  readonly riderId: string | null
  readonly maxRangeMeters: number
  readonly offerCell: string
}

type Decision = VehicleChange & { readonly rangeMeters: number }

/**
 * Offers or withdraws vehicles as their state now requires. The caller has read them for update, so that the last writer
 * has seen the last state.
 */
export async function refreshAvailability(
  tx: Transaction,
  vehicleIds: readonly string[],
  now: Date,
  rules: OfferRules,
): Promise<VehicleChange[]> {
  if (vehicleIds.length === 0) return []
  const { rows } = await tx.query<Row>({
    name: 'read for availability',
    text: `
      select v.id as "vehicleId", v.public_id as "publicId", v.vehicle_type_id as "typeId", v.state,
        v.rider_id as "riderId", v.contact, v.contact_changed_at as "contactChangedAt", v.lock,
        v.battery_percent as "batteryPercent", v.availability_version as version,
        t.max_range_meters as "maxRangeMeters", p.latitude, p.longitude,
        exists (select from fleet.trip where vehicle_id = v.id and released_at is null) as "hasUnreleasedTrip",
        a.h3_8 as "offerCell", ${offerColumn}
      from fleet.vehicle v
      join fleet.vehicle_type t on t.id = v.vehicle_type_id
      join fleet.vehicle_position p on p.vehicle_id = v.id
      left join fleet.vehicle_availability a on a.vehicle_id = v.id
      where v.id = any($1)`,
    values: [vehicleIds],
  })
  const decisions = rows.map((row) => decide(row, now, rules))
  const versions = await write(
    tx,
    decisions.filter(({ offerChanged }) => offerChanged),
  )
  return decisions.map((change) => ({ ...change, version: versions.get(change.vehicleId) ?? change.version }))
}

function decide(row: Row, now: Date, rules: OfferRules): Decision {
  const { vehicleId, typeId, riderId, version, publicId, latitude, longitude, batteryPercent, offerCell } = row
  const before = row.offer && { ...row.offer, cell: offerCell }
  const cell = cellOf(row)
  const current = isOffered(row, now, rules) ? { publicId, latitude, longitude, batteryPercent, cell } : null
  const offer = before && current && !isOutdated(before, current) ? before : current
  return {
    vehicleId,
    typeId,
    riderId,
    version,
    offer,
    offerChanged: offer !== before,
    cells: [...new Set([...(before ? [before.cell] : []), cell])],
    rangeMeters: rangeMeters(batteryPercent, row.maxRangeMeters),
  }
}

/** Returns the new versions. */
async function write(tx: Transaction, changed: readonly Decision[]): Promise<ReadonlyMap<string, number>> {
  if (changed.length === 0) return new Map()
  const offered = changed.flatMap(({ offer, ...change }) => (offer ? [{ ...change, ...offer }] : []))
  const { rows } = await tx.query<{ id: string; version: number }>({
    name: 'write availability',
    text: `
      with versions as (
        update fleet.vehicle set availability_version = availability_version + 1
        where id = any($1)
        returning id, availability_version as version
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
      select id, version from versions`,
    values: [
      changed.map(({ vehicleId }) => vehicleId),
      ...columns(offered, [
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
  return new Map(rows.map(({ id, version }) => [id, version]))
}

/** Offered vehicles that lost contact so long ago that they must be withdrawn. */
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
