import { describe, expect, it } from '@jest/globals'
import { longitudeScale, metersPerDegree, overlaps, type Place } from './place.ts'
import { type Area, boundsOf, contains, distanceToEdge, parkingAt, type Zone, type ZoneKind } from './zones.ts'

const origin = { latitude: 50.11, longitude: 8.68 }
/** So many metres east and north of the origin. */
const place = (east: number, north: number): Place => ({
  latitude: origin.latitude + north / metersPerDegree,
  longitude: origin.longitude + east / metersPerDegree / longitudeScale(origin.latitude),
})
const corner = (east: number, north: number): [number, number] => [
  place(east, north).longitude,
  place(east, north).latitude,
]
const square = (east: number, north: number, half: number) => [
  corner(east - half, north - half),
  corner(east + half, north - half),
  corner(east + half, north + half),
  corner(east - half, north + half),
  corner(east - half, north - half),
]
const zone = (kind: ZoneKind, area: Area, name: string = kind): Zone => ({
  id: name,
  kind,
  name,
  area,
  bounds: boundsOf(area),
})
const ring = zone('PARKING', { type: 'Polygon', coordinates: [square(0, 0, 100), square(0, 0, 50)] })
const islands = zone('PARKING', {
  type: 'MultiPolygon',
  coordinates: [[square(0, 0, 20)], [square(1_000, 0, 20), square(1_000, 0, 5)]],
})

describe('contains', () => {
  it.each([
    ['between outline and hole', ring, place(75, 0), true],
    ['in the hole', ring, place(0, 0), false],
    ['outside', ring, place(101, 0), false],
    ['in the first polygon of several', islands, place(10, 10), true],
    ['in another polygon', islands, place(1_010, 0), true],
    ['in the hole of another polygon', islands, place(1_000, 0), false],
    ['between polygons', islands, place(500, 0), false],
  ])('%s', (_, area, where, expected) => {
    expect(contains(area, where)).toBe(expected)
  })
})

it.each([
  ['from outside', place(130, 0), 30],
  ['from a corner', place(130, 140), 50],
  ['from between', place(75, 0), 25],
  ['from the hole', place(40, 0), 10],
])('measures the distance to the nearest edge %s', (_, where, meters) => {
  expect(distanceToEdge(ring.area, where)).toBeCloseTo(meters, 1)
})

describe('parkingAt', () => {
  const parking = zone('PARKING', { type: 'Polygon', coordinates: [square(0, 0, 40)] }, 'near')
  const far = zone('PARKING', { type: 'Polygon', coordinates: [square(500, 0, 40)] }, 'far')
  const forbidden = zone('NO_PARKING', { type: 'Polygon', coordinates: [square(0, 0, 10)] }, 'forbidden')
  const service = zone('SERVICE_AREA', { type: 'Polygon', coordinates: [square(0, 0, 9_000)] })
  const at = (where: Place, zones = [service, far, parking, forbidden]) => {
    const verdict = parkingAt(zones, where)
    return [verdict.parking?.name ?? null, verdict.forbidden?.name ?? null, verdict.nearest?.zone.name ?? null]
  }

  it.each([
    ['in a parking zone', place(30, 0), ['near', null, null]],
    ['where parking is forbidden inside a parking zone', place(0, 0), ['near', 'forbidden', null]],
    ['a position error outside', place(48, 0), ['near', null, null]],
    ['outside', place(60, 0), [null, null, 'near']],
    ['nearer to another', place(400, 0), [null, null, 'far']],
  ])('%s', (_, where, expected) => {
    expect(at(where)).toEqual(expected)
  })

  it('says how far the nearest zone is', () => {
    expect(parkingAt([service, far, parking], place(100, 0)).nearest?.distanceMeters).toBeCloseTo(60, 1)
    expect(parkingAt([service], place(0, 0))).toEqual({ parking: null, forbidden: null, nearest: null })
  })

  it('takes the first of several zones that match', () => {
    const twin = { ...parking, name: 'twin' }
    expect(at(place(0, 0), [twin, parking])[0]).toBe('twin')
  })
})

it('knows which boxes overlap', () => {
  const box = boundsOf(islands.area)
  expect(overlaps(box, { south: 50, west: 8.6, north: 51, east: 8.7 })).toBe(true)
  expect(overlaps(box, { south: 51, west: 8.6, north: 52, east: 8.7 })).toBe(false)
})
