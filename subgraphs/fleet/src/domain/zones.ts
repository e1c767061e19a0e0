import { bbox } from '@turf/bbox'
import { booleanPointInPolygon } from '@turf/boolean-point-in-polygon'
import { pointToPolygonDistance } from '@turf/point-to-polygon-distance'
import { type Box, distanceToBox, isInBox, type Place } from './place.ts'

export const zoneKinds = ['SERVICE_AREA', 'PARKING', 'NO_PARKING'] as const
export type ZoneKind = (typeof zoneKinds)[number]

type Ring = [longitude: number, latitude: number][]

/** GeoJSON (RFC 7946): the outline of each polygon, then its holes; the last corner of a ring is its first. */
export type Area =
  | { readonly type: 'Polygon'; readonly coordinates: Ring[] }
  | { readonly type: 'MultiPolygon'; readonly coordinates: Ring[][] }

export interface Zone {
  readonly id: string
  readonly kind: ZoneKind
  readonly name: string
  readonly area: Area
  /** Around the area: most zones are ruled out by four comparisons. */
  readonly bounds: Box
}

/** Metres by which positions between buildings are off; a rider is not refused for them. */
const tolerance = 10

export interface ParkingVerdict {
  /** The zone that allows it. */
  readonly parking: Zone | null
  /** The zone that forbids it, whatever else allows it. */
  readonly forbidden: Zone | null
  /** When none allows it: the nearest that would, and the metres to its edge. */
  readonly nearest: { readonly zone: Zone; readonly distanceMeters: number } | null
}

/** Whether a trip may end at a place. As in GBFS 3.0 the first zone that matches counts; a prohibition comes before a permission. */
export function parkingAt(zones: readonly Zone[], place: Place): ParkingVerdict {
  const forbidden = zones.find((zone) => zone.kind === 'NO_PARKING' && contains(zone, place)) ?? null
  const allowing = zones.filter(({ kind }) => kind === 'PARKING')
  const inside = allowing.find((zone) => contains(zone, place))
  if (inside) return { parking: inside, forbidden, nearest: null }
  const nearest = nearestOf(allowing, place)
  return nearest && nearest.distanceMeters <= tolerance
    ? { parking: nearest.zone, forbidden, nearest: null }
    : { parking: null, forbidden, nearest }
}

function nearestOf(zones: readonly Zone[], place: Place): ParkingVerdict['nearest'] {
  // No edge is nearer than the bounds, so by their distance few zones have to be measured (0.3 ms each).
  const byBounds = zones
    .map((zone) => ({ zone, atLeast: distanceToBox(zone.bounds, place) }))
    .sort((a, b) => a.atLeast - b.atLeast)
  let nearest: ParkingVerdict['nearest'] = null
  for (const { zone, atLeast } of byBounds) {
    if (nearest && atLeast >= nearest.distanceMeters) break
    const distanceMeters = distanceToEdge(zone.area, place)
    if (!nearest || distanceMeters < nearest.distanceMeters) nearest = { zone, distanceMeters }
  }
  return nearest
}

const coordinatesOf = ({ longitude, latitude }: Place) => [longitude, latitude]

export const contains = ({ area, bounds }: Pick<Zone, 'area' | 'bounds'>, place: Place): boolean =>
  isInBox(bounds, place) && booleanPointInPolygon(coordinatesOf(place), area)

/** Metres to the nearest edge of an area, from inside as from outside. */
export const distanceToEdge = (area: Area, place: Place): number =>
  Math.abs(pointToPolygonDistance(coordinatesOf(place), area, { units: 'meters' }))

export function boundsOf(area: Area): Box {
  const [west, south, east, north] = bbox(area)
  return { south, west, north, east }
}
