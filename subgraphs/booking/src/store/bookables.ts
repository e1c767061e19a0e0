import type { PrismaClient } from '@holdfast/database'
import type { Transaction } from '@holdfast/service/postgres'
import type { Price } from '../domain/price.ts'
import { parsePrice } from './booking-row.ts'

export interface Place {
  readonly latitude: number
  readonly longitude: number
}

/** The prices of these vehicles by public id. Vehicles that are unknown or out of service are left out. */
export async function pricesOf(prisma: PrismaClient, publicIds: readonly string[]): Promise<Map<string, Price>> {
  const rows = await prisma.bookable.findMany({
    where: { public_id: { in: [...publicIds] }, withdrawn: false },
    select: { public_id: true, price_plan: true },
  })
  return new Map(rows.map((row) => [row.public_id, parsePrice(row.price_plan)]))
}

/** Makes a vehicle bookable, or bookable again. A new vehicle counts as out of contact until fleet says otherwise. */
export async function listVehicle(
  tx: Transaction,
  vehicle: Place & { readonly id: string; readonly publicId: string; readonly pricePlanId: string },
): Promise<void> {
  await tx.query(
    `insert into booking.bookable (id, kind, public_id, price_plan_id, latitude, longitude, offline)
     values ($1, 'VEHICLE', $2, $3, $4, $5, true)
     on conflict (id) do update set
       public_id = excluded.public_id,
       price_plan_id = excluded.price_plan_id,
       latitude = excluded.latitude,
       longitude = excluded.longitude,
       withdrawn = false`,
    [vehicle.id, vehicle.publicId, vehicle.pricePlanId, vehicle.latitude, vehicle.longitude],
  )
}

/** The id of the booking that has the bookable now, null when none has it; undefined when there is no such bookable. */
export async function holderOf(tx: Transaction, id: string): Promise<string | null | undefined> {
  const { rows } = await tx.query<{ holder: string | null }>(`select holder from booking.bookable where id = $1`, [id])
  return rows[0]?.holder
}

/** Takes the bookable out of service if `holder` (null: nobody) still has it. False when somebody else has it by now. */
export async function setWithdrawn(tx: Transaction, id: string, holder: string | null): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update booking.bookable set withdrawn = true where id = $1 and holder is not distinct from $2`,
    [id, holder],
  )
  return rowCount === 1
}

export async function setOffline(tx: Transaction, id: string, offline: boolean): Promise<void> {
  await tx.query(`update booking.bookable set offline = $2 where id = $1`, [id, offline])
}

/** Where the bookable is after a booking, and its new public id. */
export async function relistBookable(tx: Transaction, id: string, publicId: string, place: Place): Promise<void> {
  await tx.query(`update booking.bookable set public_id = $2, latitude = $3, longitude = $4 where id = $1`, [
    id,
    publicId,
    place.latitude,
    place.longitude,
  ])
}
