import { readFileSync } from 'node:fs'

export interface Point {
  readonly latitude: number
  readonly longitude: number
}

/** Where simulated rides end. A circle of 40 m around it holds everything that parks there, position error included. */
export interface ParkingPlace extends Point {
  /** Stable: `osm-` and the id of the OpenStreetMap node. */
  readonly id: string
  readonly name: string
}

/** One way of OpenStreetMap, with its tags of the same names. Ways that share a node id cross there. */
export interface Street {
  readonly name?: string
  readonly highway: string
  readonly oneway?: string
  readonly bicycle?: string
  readonly nodes: readonly number[]
  /** One for each node. */
  readonly points: readonly Point[]
}

type Coordinates = [longitude: number, latitude: number]

/** The parking places, always in the same order. */
export const parkingPlaces = (): readonly ParkingPlace[] =>
  features<Omit<ParkingPlace, keyof Point>, Coordinates>('parking-places').map(({ properties, geometry }) => ({
    ...properties,
    ...pointAt(geometry.coordinates),
  }))

/** All ways, also those that may not be ridden on. */
export const streets = (): readonly Street[] =>
  features<Omit<Street, 'points'>, Coordinates[]>('streets').map(({ properties, geometry }) => ({
    ...properties,
    points: geometry.coordinates.map(pointAt),
  }))

/** Not validated: the files are part of this package. */
const features = <P, C>(name: string): readonly { properties: P; geometry: { coordinates: C } }[] =>
  JSON.parse(readFileSync(new URL(`../data/${name}.geojson`, import.meta.url), 'utf8')).features

const pointAt = ([longitude, latitude]: Coordinates): Point => ({ latitude, longitude })
