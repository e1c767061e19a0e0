/** Degrees, WGS 84. */
export interface Place {
  readonly latitude: number
  readonly longitude: number
}

/** Metres; the mean radius of the sphere with the Earth's volume. */
const earthRadius = 6_371_008.8
export const metersPerDegree = (earthRadius * Math.PI) / 180

const radians = (degrees: number) => (degrees * Math.PI) / 180

/** Metres as the crow flies (haversine, at most 0.5 % off the ellipsoid). */
export function distance(a: Place, b: Place): number {
  const dLatitude = radians(b.latitude - a.latitude)
  const dLongitude = radians(b.longitude - a.longitude)
  const h =
    Math.sin(dLatitude / 2) ** 2 +
    Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * Math.sin(dLongitude / 2) ** 2
  return 2 * earthRadius * Math.asin(Math.min(1, Math.sqrt(h)))
}

/** The length of a degree of longitude, as a share of a degree of latitude. */
export const longitudeScale = (latitude: number): number => Math.cos(radians(latitude))

/** A rectangle on the map that does not cross the antimeridian. Degrees. */
export interface Box {
  readonly south: number
  readonly west: number
  readonly north: number
  readonly east: number
}

export const isInBox = ({ south, west, north, east }: Box, { latitude, longitude }: Place): boolean =>
  latitude >= south && latitude <= north && longitude >= west && longitude <= east

export const overlaps = (a: Box, b: Box): boolean =>
  a.south <= b.north && b.south <= a.north && a.west <= b.east && b.west <= a.east

/** Metres: height, and width at the middle latitude. */
export const sizeOf = ({ south, west, north, east }: Box): { height: number; width: number } => ({
  height: (north - south) * metersPerDegree,
  width: (east - west) * metersPerDegree * longitudeScale((north + south) / 2),
})

/** Metres from a place to a box; 0 inside. */
export function distanceToBox({ south, west, north, east }: Box, { latitude, longitude }: Place): number {
  const dLatitude = Math.max(south - latitude, 0, latitude - north)
  const dLongitude = Math.max(west - longitude, 0, longitude - east)
  return Math.hypot(dLatitude, dLongitude * longitudeScale(latitude)) * metersPerDegree
}

/** The smallest box that holds the circle. Clipped at poles and antimeridian, where no vehicle stands. */
export function boxAround({ latitude, longitude }: Place, radiusMeters: number): Box {
  const dLatitude = radiusMeters / metersPerDegree
  // Meridians converge towards the pole, so the circle is widest on its side towards the pole.
  const widest = Math.min(89, Math.abs(latitude) + dLatitude)
  const dLongitude = dLatitude / longitudeScale(widest)
  return {
    south: Math.max(-90, latitude - dLatitude),
    north: Math.min(90, latitude + dLatitude),
    west: Math.max(-180, longitude - dLongitude),
    east: Math.min(180, longitude + dLongitude),
  }
}
