/** Reads of vehicles that are shown: on maps, one by one, and to their riders. */
import type { Visibility } from '@holdfast/service/domain'
import type { Queryable } from '@holdfast/service/postgres'
import { type Box, isInBox } from '../domain/place.ts'
import type { KnownVehicle } from '../domain/vehicle-view.ts'
import { offerColumn } from './availability.ts'

const columns = `
  v.id as "vehicleId", v.public_id as "publicId", v.vehicle_type_id as "typeId", v.state, v.rider_id as "riderId",
  v.contact, v.contact_changed_at as "contactChangedAt",
  case when v.epoch is not null then greatest(v.last_seen_at, p.received_at) end as "lastSeenAt",
  v.lock, v.battery_percent as "batteryPercent", p.speed,
  json_build_object('latitude', p.latitude, 'longitude', p.longitude) as place, ${offerColumn}`
const tables = `
  fleet.vehicle v
  join fleet.vehicle_position p on p.vehicle_id = v.id
  left join fleet.vehicle_availability a on a.vehicle_id = v.id`

async function read(db: Queryable, name: string, joinAndWhere: string, values: unknown[], moreColumns = '') {
  const text = `select ${columns} ${moreColumns} from ${tables} ${joinAndWhere}`
  return (await db.query<KnownVehicle>({ name, text, values })).rows
}

export const knownById = (db: Queryable, ids: readonly string[]) =>
  read(db, 'known by id', 'where v.id = any($1)', [ids])

export const knownByPublicId = (db: Queryable, publicIds: readonly string[]) =>
  read(db, 'known by public id', 'where v.public_id = any($1)', [publicIds])

/**
 * Vehicles whose trip has just ended, under the public id that they had on the trip: booking still names them by it. For
 * the rider of the trip; for anybody when `riderId` is null.
 */
export const knownByEndedTrip = (db: Queryable, publicIds: readonly string[], riderId: string | null) =>
  read(
    db,
    'known by ended trip',
    `join fleet.trip t on t.vehicle_id = v.id
     where t.public_id = any($1) and t.ended_at is not null and t.released_at is null
       and ($2::uuid is null or t.rider_id = $2)`,
    [publicIds, riderId],
    // Of two columns with the same name, a row has the last one: these replace the vehicle's.
    ', t.public_id as "publicId", t.rider_id as "riderId"',
  )

/** Everything in a box that the viewer might see, at most `limit`, and the vehicles that the viewer has. */
export async function knownInBox(db: Queryable, visibility: Visibility | null, box: Box, limit: number) {
  const values = [box.south, box.north, box.west, box.east, limit]
  const within = (table: 'a' | 'p') => `${table}.latitude between $1 and $2 and ${table}.longitude between $3 and $4`
  // Reads every position, so only for operators, who are few.
  if (visibility === 'all')
    return read(db, 'all in box', `where ${within('p')} and v.state <> 'REMOVED' limit $5`, values)
  // Both at once: an error of one is then never left without a handler while the other is awaited.
  const [own, offered] = await Promise.all([
    visibility
      ? read(db, 'known of rider', `where v.rider_id = $1 and v.state in ('RESERVED', 'ON_TRIP')`, [
          visibility.customerId,
        ])
      : [],
    read(db, 'offered in box', `where ${within('a')} limit $5`, values),
  ])
  return [...own.filter(({ place }) => isInBox(box, place)), ...offered]
}
