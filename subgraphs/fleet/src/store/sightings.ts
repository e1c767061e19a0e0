/** Reads of vehicles for those who look at them: maps, single vehicles, the rider's own. */
import type { Queryable } from '@holdfast/service/postgres'
import type { Contact } from '../domain/contact.ts'
import type { Box } from '../domain/place.ts'
import type { Known } from '../domain/sight.ts'
import type { VehicleState } from '../domain/vehicle.ts'

interface Row {
  id: string
  public_id: string
  vehicle_type_id: string
  state: VehicleState
  rider_id: string | null
  contact: Contact
  contact_changed_at: Date
  last_seen_at: Date | null
  lock: 'LOCKED' | 'UNLOCKED'
  battery_percent: number
  latitude: number
  longitude: number
  speed: number
  offered_public_id: string | null
  offered_latitude: number
  offered_longitude: number
  offered_battery_percent: number
}

const columns = `
  v.id, v.public_id, v.vehicle_type_id, v.state, v.rider_id, v.contact, v.contact_changed_at, v.lock,
    v.battery_percent, p.latitude, p.longitude, p.speed,
    case when v.epoch is not null then greatest(v.last_seen_at, p.received_at) end as last_seen_at,
    a.public_id as offered_public_id, a.latitude as offered_latitude, a.longitude as offered_longitude,
    a.battery_percent as offered_battery_percent`
const tables = `
  fleet.vehicle v
  join fleet.vehicle_position p on p.vehicle_id = v.id
  left join fleet.vehicle_availability a on a.vehicle_id = v.id`

const asKnown = (row: Row): Known => ({
  vehicleId: row.id,
  publicId: row.public_id,
  typeId: row.vehicle_type_id,
  state: row.state,
  riderId: row.rider_id,
  contact: row.contact,
  contactChangedAt: row.contact_changed_at,
  lastSeenAt: row.last_seen_at,
  lock: row.lock,
  batteryPercent: row.battery_percent,
  place: { latitude: row.latitude, longitude: row.longitude },
  speed: row.speed,
  offer: row.offered_public_id
    ? {
        publicId: row.offered_public_id,
        latitude: row.offered_latitude,
        longitude: row.offered_longitude,
        batteryPercent: row.offered_battery_percent,
      }
    : null,
})

async function read(db: Queryable, name: string, where: string, values: unknown[]): Promise<Known[]> {
  const { rows } = await db.query<Row>({ name, text: `select ${columns} from ${tables} ${where}`, values })
  return rows.map(asKnown)
}

export const knownById = (db: Queryable, ids: readonly string[]) =>
  read(db, 'known by id', 'where v.id = any($1)', [ids])

export const knownByPublicId = (db: Queryable, publicIds: readonly string[]) =>
  read(db, 'known by public id', 'where v.public_id = any($1)', [publicIds])

/**
 * Vehicles whose trip has just ended, under the public id of the trip, while booking still names them by it. For their
 * rider; for anybody when that is null.
 */
export async function knownByEndedTrip(
  db: Queryable,
  publicIds: readonly string[],
  riderId: string | null,
): Promise<Known[]> {
  const { rows } = await db.query<Row & { trip_public_id: string; trip_rider_id: string }>({
    name: 'known by ended trip',
    text: `
      select ${columns}, t.public_id as trip_public_id, t.rider_id as trip_rider_id
      from ${tables} join fleet.trip t on t.vehicle_id = v.id
      where t.public_id = any($1) and t.ended_at is not null and t.released_at is null
        and ($2::uuid is null or t.rider_id = $2)`,
    values: [publicIds, riderId],
  })
  return rows.map((row) => ({ ...asKnown(row), publicId: row.trip_public_id, riderId: row.trip_rider_id }))
}

export const knownOfRider = (db: Queryable, riderId: string) =>
  read(db, 'known of rider', `where v.rider_id = $1 and v.state in ('RESERVED', 'ON_TRIP')`, [riderId])

const corners = ({ south, north, west, east }: Box) => [south, north, west, east]

/** Everything that is offered in a box. */
export const offeredInBox = (db: Queryable, box: Box, limit: number) =>
  read(db, 'offered in box', 'where a.latitude between $1 and $2 and a.longitude between $3 and $4 limit $5', [
    ...corners(box),
    limit,
  ])

/** Everything in a box, offered or not; reads every position, so for the few operators only. */
export const allInBox = (db: Queryable, box: Box, limit: number) =>
  read(
    db,
    'all in box',
    `where p.latitude between $1 and $2 and p.longitude between $3 and $4 and v.state <> 'REMOVED' limit $5`,
    [...corners(box), limit],
  )

/** When vehicles were last heard, by stable id. */
export async function lastSeenOf(db: Queryable, vehicleIds: readonly string[]): Promise<Map<string, Date | null>> {
  return new Map((await knownById(db, vehicleIds)).map(({ vehicleId, lastSeenAt }) => [vehicleId, lastSeenAt]))
}
