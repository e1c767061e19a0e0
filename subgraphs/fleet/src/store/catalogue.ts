import type { PrismaClient } from '@holdfast/database'
import { background, type Log, repeat } from '@holdfast/service/process'
import { z } from 'zod'
import type { VehicleType } from '../domain/vehicle-type.ts'
import { boundsOf, type Zone } from '../domain/zones.ts'

const refreshEvery = 30_000 // ms: how long a zone drawn by an operator takes to count.

/** Closed, as RFC 7946 requires: of an open ring turf computes nonsense, or throws for every trip that ends. */
const Ring = z
  .array(z.tuple([z.number(), z.number()]))
  .min(4)
  .refine((ring) => String(ring[0]) === String(ring.at(-1)), 'the first and last position of a ring must be equal')
export const Area = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Polygon'), coordinates: z.array(Ring).min(1) }),
  z.object({ type: z.literal('MultiPolygon'), coordinates: z.array(z.array(Ring).min(1)).min(1) }),
])

export type Catalogue = ReturnType<typeof createCatalogue>

/** Vehicle types and zones, kept in memory: nearly every request needs them and they rarely change. */
export function createCatalogue(prisma: PrismaClient, log: Log) {
  let types: ReadonlyMap<string, VehicleType> = new Map()
  let zones: readonly Zone[] = []
  const refresh = async () => {
    const [typeRows, zoneRows] = await Promise.all([
      prisma.vehicleType.findMany(),
      prisma.zone.findMany({ orderBy: { id: 'asc' } }),
    ])
    types = new Map(
      typeRows.map((row) => [
        row.id,
        {
          id: row.id,
          name: row.name,
          formFactor: row.form_factor,
          propulsionType: row.propulsion_type,
          maxRangeMeters: row.max_range_meters,
          pricePlanId: row.price_plan_id,
        },
      ]),
    )
    zones = zoneRows.flatMap(({ id, kind, name, area }) => {
      const parsed = Area.safeParse(area)
      if (parsed.success) return [{ id, kind, name, area: parsed.data, bounds: boundsOf(parsed.data) }]
      log.error({ zone: id, err: parsed.error }, 'zone ignored: its area is not readable')
      return []
    })
  }
  return {
    types: () => types,
    zones: () => zones,
    /** The first one reads both, the second one reads them again and again. */
    steps: [
      { name: 'first catalogue', start: refresh },
      background('catalogue', (signal) => repeat(signal, refreshEvery, log, refresh)),
    ],
  }
}
