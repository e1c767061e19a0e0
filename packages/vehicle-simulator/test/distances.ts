/** Distances to the streets and the parking places, in metres. */
import type { Point } from '@holdfast/frankfurt-map'
import { elementAt } from '../src/streets/element-at.ts'
import { between, distance, offset } from '../src/streets/geometry.ts'
import { frankfurtCentre, placesIn } from '../src/streets/street-graph.ts'

export const graph = frankfurtCentre()
export const places = placesIn(graph)

const segments = graph.edges.flatMap((ways, from) =>
  ways.map(({ to }) => [elementAt(graph.nodes, from), elementAt(graph.nodes, to)] as const),
)

export const toStreet = (point: Point) => Math.min(...segments.map(([from, to]) => toSegment(point, from, to)))

export const toPlace = (point: Point) => Math.min(...places.map((place) => distance(place, point)))

function toSegment(point: Point, from: Point, to: Point): number {
  const along = offset(from, to)
  const away = offset(from, point)
  const length = along.east ** 2 + along.north ** 2
  const share = length === 0 ? 0 : (away.east * along.east + away.north * along.north) / length
  return distance(point, between(from, to, Math.min(1, Math.max(0, share))))
}
