import { type ParkingPlace, type Point, parkingPlaces, type Street, streets } from '@holdfast/frankfurt-map'
import { elementAt } from './element-at.ts'
import { between, distance } from './geometry.ts'

/** Metres. Longer pieces of street are divided, so that the nearest node is always near. */
export const longestEdge = 20

/** Nodes. What is smaller are service yards and ends of streets at the border of the map. */
const smallestPart = 60

export interface Edge {
  readonly to: number
  readonly length: number
}

/** Nodes are numbered; `edges[n]` lead out of node n. From every node there is a way back. */
export interface StreetGraph {
  readonly nodes: readonly Point[]
  readonly edges: readonly (readonly Edge[])[]
}

/** A parking place with the node of the graph at which it is. */
export interface PlaceInGraph extends ParkingPlace {
  readonly node: number
}

/** The parking places of the map. */
export const placesIn = (graph: StreetGraph): readonly PlaceInGraph[] =>
  parkingPlaces().map((place) => ({ ...place, node: nearestNode(graph, place) }))

const signedForBicycles = ['yes', 'designated']

/** E-scooters go where bicycles may: on footways only where a sign says so, elsewhere unless a sign forbids it. */
const mayRide = ({ highway, bicycle = '' }: Street): boolean =>
  ['footway', 'path'].includes(highway) ? signedForBicycles.includes(bicycle) : !['no', 'dismount'].includes(bicycle)

/** The centre of Frankfurt: what may be ridden, one-way streets in their direction, only nodes with a way back. */
export function frankfurtCentre(): StreetGraph {
  const nodes: Point[] = []
  const edges: Edge[][] = []
  const numbers = new Map<number, number>()
  const add = (point: Point) => {
    edges.push([])
    return nodes.push(point) - 1
  }
  const connect = (from: number, to: number, oneway: boolean) => {
    const length = distance(elementAt(nodes, from), elementAt(nodes, to))
    edges[from]?.push({ to, length })
    if (!oneway) edges[to]?.push({ to: from, length })
  }

  for (const street of streets().filter(mayRide)) {
    const oneway = street.oneway === 'yes'
    let previous: number | undefined
    for (const [index, id] of street.nodes.entries()) {
      const here = numbers.get(id) ?? add(elementAt(street.points, index))
      numbers.set(id, here)
      if (previous !== undefined) {
        const [a, b] = [elementAt(nodes, previous), elementAt(nodes, here)]
        const pieces = Math.ceil(distance(a, b) / longestEdge)
        let last = previous
        for (let piece = 1; piece < pieces; piece += 1) {
          const divider = add(between(a, b, piece / pieces))
          connect(last, divider, oneway)
          last = divider
        }
        connect(last, here, oneway)
      }
      previous = here
    }
  }
  return connectedParts({ nodes, edges }, smallestPart)
}

/** Only the parts of some size in which every node can be reached from every other, renumbered. */
export function connectedParts({ nodes, edges }: StreetGraph, smallest: number): StreetGraph {
  const backwards: number[][] = nodes.map(() => [])
  for (const [from, ways] of edges.entries()) for (const { to } of ways) backwards[to]?.push(from)
  const forwards = edges.map((ways) => ways.map(({ to }) => to))

  const remaining: number[] = []
  const placed = new Set<number>()
  for (const start of nodes.keys()) {
    if (placed.has(start)) continue
    const back = reachable(backwards, start)
    const part = [...reachable(forwards, start)].filter((node) => back.has(node))
    for (const node of part) placed.add(node)
    if (part.length >= smallest) remaining.push(...part)
  }

  const renumbered = new Map(remaining.map((node, index) => [node, index]))
  return {
    nodes: remaining.map((node) => elementAt(nodes, node)),
    edges: remaining.map((node) =>
      elementAt(edges, node).flatMap(({ to, length }) => {
        const number = renumbered.get(to)
        return number === undefined ? [] : [{ to: number, length }]
      }),
    ),
  }
}

function reachable(ways: readonly (readonly number[])[], start: number): ReadonlySet<number> {
  const found = new Set([start])
  for (const node of found) for (const to of elementAt(ways, node)) found.add(to)
  return found
}

/** The node closest to a point. */
export function nearestNode({ nodes }: Pick<StreetGraph, 'nodes'>, point: Point): number {
  let [nearest, shortest] = [0, Number.POSITIVE_INFINITY]
  for (const [node, candidate] of nodes.entries()) {
    const away = distance(point, candidate)
    if (away < shortest) [nearest, shortest] = [node, away]
  }
  return nearest
}
