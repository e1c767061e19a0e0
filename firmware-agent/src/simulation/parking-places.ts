import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { distance, type Point } from './geometry.ts'
import { at, frankfurtCentre, nearestNode, type StreetGraph } from './street-graph.ts'

/** Where simulated riders end their rides. */
export interface ParkingPlace extends Point {
  /** Stable: `osm-` and the node's id in OpenStreetMap. */
  readonly id: string
  readonly name: string
  /** The node of the street graph at which it is. */
  readonly node: number
}

const Points = z.object({
  features: z.array(
    z.object({
      properties: z.object({ kind: z.string(), osm_node: z.int().optional(), name: z.string().optional() }),
      geometry: z.object({ coordinates: z.tuple([z.number(), z.number()]) }),
    }),
  ),
})

/** Metres from a bicycle stand to the street; stands farther away belong to streets that the data does not cover. */
const atTheStreet = 30
/** Metres between places. Cities that ask for fixed places put them about this far apart. */
const spacing = 70

/**
 * Parking places in the centre of Frankfurt, always the same ones in the same order: the bicycle stands of the map that
 * are at a street, then corners of streets, as cities make them out of car parking spaces, until none is far from a place.
 * A zone of 40 m around a place holds everything that parks there, error of the position included.
 */
export function parkingPlaces(graph: StreetGraph = frankfurtCentre()): readonly ParkingPlace[] {
  const file = new URL('../../data/frankfurt-centre-pois.geojson', import.meta.url)
  const stands = Points.parse(JSON.parse(readFileSync(file, 'utf8')))
    .features.filter(({ properties }) => ['bicycle_parking', 'bicycle_rental'].includes(properties.kind))
    .flatMap(({ properties, geometry: { coordinates } }) => {
      const [longitude, latitude] = coordinates
      const node = nearestNode(graph, { latitude, longitude })
      const near = distance(at(graph.nodes, node), { latitude, longitude }) <= atTheStreet
      return near ? [{ node, id: properties.osm_node, name: properties.name }] : []
    })
  const corners = graph.names.flatMap((name, node) => (name?.street ? [{ node, id: name.id, name: name.street }] : []))

  const places: ParkingPlace[] = []
  for (const { node, id, name } of [...stands, ...corners]) {
    const point = at(graph.nodes, node)
    if (places.some((place) => distance(place, point) < spacing)) continue
    places.push({ id: `osm-${id}`, name: name ?? streetNear(graph, point), node, ...point })
  }
  return places
}

/** The name of the named corner closest to a point. */
function streetNear({ nodes, names }: StreetGraph, point: Point): string {
  const named = names.flatMap((name, node) => (name?.street ? [{ street: name.street, point: at(nodes, node) }] : []))
  return at(named, nearestNode({ nodes: named.map((corner) => corner.point) }, point)).street
}
