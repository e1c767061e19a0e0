import type { Pool } from '@holdfast/service/postgres'
import type { Offer } from '../domain/offer.ts'

/** What everybody may rent, as copies of it need it: the version orders the changes of one vehicle. */
export interface VersionedOffer {
  readonly vehicleId: string
  readonly typeId: string
  readonly version: number
  readonly offer: Offer | null
}

/** All vehicles in the order of their ids, so many at a time. */
export async function offersAfter(pool: Pool, vehicleId: string, limit: number): Promise<VersionedOffer[]> {
  const { rows } = await pool.query<{
    vehicleId: string
    typeId: string
    version: number
    publicId: string | null
    latitude: number
    longitude: number
    batteryPercent: number
  }>({
    name: 'offers after',
    text: `
      select v.id as "vehicleId", v.vehicle_type_id as "typeId", v.availability_version as version,
        a.public_id as "publicId", a.latitude, a.longitude, a.battery_percent as "batteryPercent"
      from fleet.vehicle v left join fleet.vehicle_availability a on a.vehicle_id = v.id
      where v.id > $1
      order by v.id
      limit $2`,
    values: [vehicleId, limit],
  })
  return rows.map(({ publicId, latitude, longitude, batteryPercent, ...row }) => ({
    ...row,
    offer: publicId === null ? null : { publicId, latitude, longitude, batteryPercent },
  }))
}
