/** Reads of vehicles that are shown: on maps, one by one, and to their riders. */
import type { Queryable } from '@holdfast/service/postgres'
import type { Box, Place } from '../domain/place.ts'
import type { KnownVehicle } from '../domain/vehicle-view.ts'
import { type OfferRow, offerColumns, withOffer } from './offers.ts'

interface Row extends Omit<KnownVehicle, 'place' | 'offer'>, OfferRow, Place {}

const columns = `
  v.id as "vehicleId", v.public_id as "publicId", v.vehicle_type_id as "typeId", v.state, v.rider_id as "riderId",
  v.contact, v.contact_changed_at as "contactChangedAt",
  case when v.epoch is not null then greatest(v.last_seen_at, p.received_at) end as "lastSeenAt",
  v.lock, v.battery_percent as "batteryPercent", p.latitude, p.longitude, p.speed, ${offerColumns}`
const tables = `
  fleet.vehicle v
  join fleet.vehicle_position p on p.vehicle_id = v.id
  left join fleet.vehicle_availability a on a.vehicle_id = v.id`

const knownFrom = ({ latitude, longitude, ...row }: Row): KnownVehicle => ({
  ...withOffer(row),
  place: { latitude, longitude },
})

async function read(db: Queryable, name: string, where: string, values: unknown[]): Promise<KnownVehicle[]> {
  const { rows } = await db.query<Row>({ name, text: `select ${columns} from ${tables} ${where}`, values })
  return rows.map(knownFrom)
}

export const knownById = (db: Queryable, ids: readonly string[]) =>
  read(db, 'known by id', 'where v.id = any($1)', [ids])

export const knownByPublicId = (db: Queryable, publicIds: readonly string[]) =>
  read(db, 'known by public id', 'where v.public_id = any($1)', [publicIds])

/**
 * Vehicles whose trip has just ended, under the public id that they had on the trip: booking still names them by it. For
 * the rider of the trip; for anybody when `riderId` is null.
 */
export async function knownByEndedTrip(
  db: Queryable,
  publicIds: readonly string[],
  riderId: string | null,
): Promise<KnownVehicle[]> {
  const { rows } = await db.query<Row & { tripPublicId: string; tripRiderId: string }>({
    name: 'known by ended trip',
    text: `
      select ${columns}, t.public_id as "tripPublicId", t.rider_id as "tripRiderId"
      from ${tables} join fleet.trip t on t.vehicle_id = v.id
      where t.public_id = any($1) and t.ended_at is not null and t.released_at is null
        and ($2::uuid is null or t.rider_id = $2)`,
    values: [publicIds, riderId],
  })
  return rows.map(({ tripPublicId, tripRiderId, ...row }) => ({
    ...knownFrom(row),
    publicId: tripPublicId,
    riderId: tripRiderId,
  }))
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

/** Everything in a box, offered or not. Reads every position, so only for operators, who are few. */
export const allInBox = (db: Queryable, box: Box, limit: number) =>
  read(
    db,
    'all in box',
    `where p.latitude between $1 and $2 and p.longitude between $3 and $4 and v.state <> 'REMOVED' limit $5`,
    [...corners(box), limit],
  )
