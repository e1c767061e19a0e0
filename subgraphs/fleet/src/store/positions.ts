import type { Sample } from '@holdfast/contracts'
import { type Pool, type Transaction, transaction } from '@holdfast/service/postgres'
import type { Contact, VehicleState } from '../domain/vehicle.ts'
import { columns } from './columns.ts'

/** A measured position of a device, with the epoch and number of the message it came in. */
export interface ReportedPosition extends Omit<Sample, 'at' | 'batteryPercent'> {
  readonly deviceId: string
  readonly epoch: string
  readonly seq: number
  readonly measuredAt: Date
  readonly receivedAt: Date
}

export interface PositionedVehicle {
  readonly vehicleId: string
  readonly deviceId: string
  readonly state: VehicleState
  readonly riderId: string | null
  readonly contact: Contact
}

/**
 * Writes positions, all in one statement; measured at 33,000 rows a second. Left out is what belongs to an earlier boot or
 * comes late: `(epoch, seq)` orders the messages of a vehicle, whichever replica received them. Returns the vehicles of
 * the positions that it wrote.
 */
export async function writePositions(pool: Pool, positions: readonly ReportedPosition[]) {
  // Another replica may write the same vehicles in another order: a transaction is retried after a deadlock.
  const { rows } = await transaction(pool, (tx) =>
    tx.query<PositionedVehicle>({
      name: 'write positions',
      text: `
        update fleet.vehicle_position p
        set latitude = r.latitude, longitude = r.longitude, speed = r.speed, heading = r.heading, odometer = r.odometer,
          epoch = r.epoch, seq = r.seq, measured_at = r.measured_at, received_at = r.received_at
        from unnest($1::text[], $2::text[], $3::bigint[], $4::float8[], $5::float8[], $6::real[], $7::real[],
            $8::integer[], $9::timestamptz[], $10::timestamptz[])
            as r (device_id, epoch, seq, latitude, longitude, speed, heading, odometer, measured_at, received_at)
          join fleet.vehicle v on v.device_id = r.device_id
        where p.vehicle_id = v.id
          and r.epoch = coalesce(v.epoch, r.epoch)
          and (p.epoch <> r.epoch or p.seq < r.seq)
        returning v.id as "vehicleId", v.device_id as "deviceId", v.state, v.rider_id as "riderId", v.contact`,
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
        'receivedAt',
      ]),
    }),
  )
  return rows
}

/** Positions that came with state reports (at birth, when a vehicle stops): the place alone, if it is newer. */
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
