/** Plane geometry in metres, exact to a few millimetres over the two kilometres of the map. */
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

/** A point on the line from `a` to `b`: `a` for share 0, `b` for share 1. */
export const between = (a: Point, b: Point, share: number): Point => ({
  latitude: a.latitude + (b.latitude - a.latitude) * share,
  longitude: a.longitude + (b.longitude - a.longitude) * share,
})

export const moved = (point: Point, east: number, north: number): Point => ({
  latitude: point.latitude + north / metersNorth,
  longitude: point.longitude + east / metersEast,
})
