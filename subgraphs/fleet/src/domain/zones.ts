import { type Box, metersPerDegree, type Place, shrinking, within } from './place.ts'

export const zoneKinds = ['SERVICE_AREA', 'PARKING', 'NO_PARKING'] as const
export type ZoneKind = (typeof zoneKinds)[number]

type Corner = readonly [longitude: number, latitude: number]
/** Closed: the last corner is the first. */
type Ring = readonly Corner[]
/** The outline, then holes (RFC 7946). */
type Polygon = readonly Ring[]

/** GeoJSON. */
export type Area =
  | { readonly type: 'Polygon'; readonly coordinates: Polygon }
  | { readonly type: 'MultiPolygon'; readonly coordinates: readonly Polygon[] }

export interface Zone {
  readonly id: string
  readonly kind: ZoneKind
  readonly name: string
  readonly area: Area
  /** Around the area, so that most zones are ruled out by four comparisons. */
  readonly bounds: Box
}

/** Metres by which positions between houses are off; a rider is not refused for them. */
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
  let nearest: ParkingVerdict['nearest'] = null
  for (const zone of allowing) {
    if (nearest && distanceToBox(zone.bounds, place) >= nearest.distanceMeters) continue
    const distanceMeters = distanceToEdge(zone.area, place)
    if (!nearest || distanceMeters < nearest.distanceMeters) nearest = { zone, distanceMeters }
  }
  return nearest && nearest.distanceMeters <= tolerance
    ? { parking: nearest.zone, forbidden, nearest: null }
    : { parking: null, forbidden, nearest }
}

export const contains = ({ area, bounds }: Pick<Zone, 'area' | 'bounds'>, place: Place): boolean =>
  within(bounds, place) && polygonsOf(area).some((polygon) => inPolygon(polygon, place))

/** Metres to the nearest edge of an area, from inside as from outside. */
export function distanceToEdge(area: Area, place: Place): number {
  // On a plane that touches the sphere here: exact to a millimetre over the few hundred metres that matter.
  const scale = shrinking(place.latitude)
  const plane = ([longitude, latitude]: Corner) => ({
    x: (longitude - place.longitude) * scale * metersPerDegree,
    y: (latitude - place.latitude) * metersPerDegree,
  })
  let nearest = Number.POSITIVE_INFINITY
  for (const ring of polygonsOf(area).flat()) {
    for (const [from, to] of edges(ring)) nearest = Math.min(nearest, distanceToOrigin(plane(from), plane(to)))
  }
  return nearest
}

export function boundsOf(area: Area): Box {
  const box = { south: 90, west: 180, north: -90, east: -180 }
  for (const [longitude, latitude] of polygonsOf(area).flat(2)) {
    box.south = Math.min(box.south, latitude)
    box.north = Math.max(box.north, latitude)
    box.west = Math.min(box.west, longitude)
    box.east = Math.max(box.east, longitude)
  }
  return box
}

export const overlaps = (a: Box, b: Box): boolean =>
  a.south <= b.north && b.south <= a.north && a.west <= b.east && b.west <= a.east

const polygonsOf = (area: Area): readonly Polygon[] => (area.type === 'Polygon' ? [area.coordinates] : area.coordinates)

const inPolygon = ([outline, ...holes]: Polygon, place: Place): boolean =>
  outline !== undefined && inRing(outline, place) && !holes.some((hole) => inRing(hole, place))

/** Even-odd rule: a ray from inside crosses the outline an odd number of times. */
function inRing(ring: Ring, { latitude: y, longitude: x }: Place): boolean {
  let inside = false
  for (const [[ax, ay], [bx, by]] of edges(ring)) {
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside
  }
  return inside
}

function* edges(ring: Ring): Generator<readonly [Corner, Corner]> {
  let from = ring.at(-1)
  for (const to of ring) {
    if (from) yield [from, to]
    from = to
  }
}

type Point = { readonly x: number; readonly y: number }

function distanceToOrigin(a: Point, b: Point): number {
  const dx = b.x - a.x
  const dy = b.y - a.y
  const length = dx * dx + dy * dy
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, -(a.x * dx + a.y * dy) / length))
  return Math.hypot(a.x + along * dx, a.y + along * dy)
}

function distanceToBox({ south, west, north, east }: Box, { latitude, longitude }: Place): number {
  const dLatitude = Math.max(south - latitude, 0, latitude - north)
  const dLongitude = Math.max(west - longitude, 0, longitude - east)
  return Math.hypot(dLatitude, dLongitude * shrinking(latitude)) * metersPerDegree
}
