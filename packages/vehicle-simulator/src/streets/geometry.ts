/** Plane geometry in metres, good to a few millimetres over the two kilometres that the street data covers. */

import type { Point } from '@holdfast/frankfurt-map'

/** Metres per degree: WGS 84 at 50.11° north. */
const metersNorth = 111_230
const metersEast = 71_490

/** Metres east and north from `a` to `b`. */
export const offset = (a: Point, b: Point) => ({
  east: (b.longitude - a.longitude) * metersEast,
  north: (b.latitude - a.latitude) * metersNorth,
})

export function distance(a: Point, b: Point): number {
  const { east, north } = offset(a, b)
  return Math.hypot(east, north)
}

/** Degrees clockwise from north, in [0, 360). */
export function heading(from: Point, to: Point): number {
  const { east, north } = offset(from, to)
  return ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360
}

/** The point that far on the way from `a` to `b`; `share` from 0 to 1. */
export const between = (a: Point, b: Point, share: number): Point => ({
  latitude: a.latitude + (b.latitude - a.latitude) * share,
  longitude: a.longitude + (b.longitude - a.longitude) * share,
})

export const moved = (point: Point, east: number, north: number): Point => ({
  latitude: point.latitude + north / metersNorth,
  longitude: point.longitude + east / metersEast,
})

/** Metres from `point` to the nearest point of the segment. */
export function distanceToSegment(point: Point, from: Point, to: Point): number {
  const along = offset(from, to)
  const away = offset(from, point)
  const length = along.east ** 2 + along.north ** 2
  const share = length === 0 ? 0 : (away.east * along.east + away.north * along.north) / length
  return distance(point, between(from, to, Math.min(1, Math.max(0, share))))
}
