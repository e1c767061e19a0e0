import { readFileSync } from 'node:fs'
import { z } from 'zod'

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
  readonly name?: string | undefined
  readonly highway: string
  readonly oneway?: string | undefined
  readonly bicycle?: string | undefined
  readonly nodes: readonly number[]
  /** One for each node. */
  readonly points: readonly Point[]
}

const Coordinates = z.tuple([z.number(), z.number()]).transform(([longitude, latitude]) => ({ latitude, longitude }))

const Places = z.object({
  features: z.array(
    z.object({
      properties: z.object({ id: z.string(), name: z.string() }),
      geometry: z.object({ coordinates: Coordinates }),
    }),
  ),
})

const Ways = z.object({
  features: z.array(
    z.object({
      properties: z.object({
        highway: z.string(),
        nodes: z.array(z.int()),
        name: z.string().optional(),
        oneway: z.string().optional(),
        bicycle: z.string().optional(),
      }),
      geometry: z.object({ coordinates: z.array(Coordinates) }),
    }),
  ),
})

/** The parking places, always in the same order. */
export const parkingPlaces = (): readonly ParkingPlace[] =>
  Places.parse(geojson('parking-places')).features.map(({ properties, geometry }) => ({
    ...properties,
    ...geometry.coordinates,
  }))

/** All ways, also those that may not be ridden on. */
export const streets = (): readonly Street[] =>
  Ways.parse(geojson('streets')).features.map(({ properties, geometry }) => ({
    ...properties,
    points: geometry.coordinates,
  }))

const geojson = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../data/${name}.geojson`, import.meta.url), 'utf8'))
