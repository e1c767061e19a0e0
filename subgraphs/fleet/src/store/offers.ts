/** The offers in fleet.vehicle_availability, as other statements join them. */
import type { Queryable } from '@holdfast/service/postgres'
import type { Offer } from '../domain/offer.ts'

/** For a table `a` that is joined from the left: all null while the vehicle is not offered. */
export const offerColumns = `
  a.public_id as "offerPublicId", a.latitude as "offerLatitude", a.longitude as "offerLongitude",
  a.battery_percent as "offerBatteryPercent"`

export interface OfferRow {
  readonly offerPublicId: string | null
  readonly offerLatitude: number
  readonly offerLongitude: number
  readonly offerBatteryPercent: number
}

/** Takes the columns of the offer out of a row. */
export function withOffer<T extends OfferRow>(row: T): Omit<T, keyof OfferRow> & { readonly offer: Offer | null } {
  const { offerPublicId: publicId, offerLatitude, offerLongitude, offerBatteryPercent, ...rest } = row
  const offer = { latitude: offerLatitude, longitude: offerLongitude, batteryPercent: offerBatteryPercent }
  return { ...rest, offer: publicId === null ? null : { publicId, ...offer } }
}

/** What everybody may rent, as copies of it need it: the version orders the changes of one vehicle. */
export interface VersionedOffer {
  readonly vehicleId: string
  readonly typeId: string
  readonly version: number
  readonly offer: Offer | null
}

/** All vehicles in the order of their ids, so many at a time. */
export async function offersAfter(db: Queryable, vehicleId: string, limit: number): Promise<VersionedOffer[]> {
  const { rows } = await db.query<Omit<VersionedOffer, 'offer'> & OfferRow>({
    name: 'offers after',
    text: `
      select v.id as "vehicleId", v.vehicle_type_id as "typeId", v.availability_version as version, ${offerColumns}
      from fleet.vehicle v left join fleet.vehicle_availability a on a.vehicle_id = v.id
      where v.id > $1
      order by v.id
      limit $2`,
    values: [vehicleId, limit],
  })
  return rows.map(withOffer)
}
