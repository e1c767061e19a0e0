import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { between, distance, type Point } from './geometry.ts'

/** Metres. Longer pieces of street are divided, so that the nearest node is always near. */
export const longestEdge = 20

/** Nodes. What is smaller are service yards and ends of streets at the border of the map. */
const smallestPart = 60

export interface Edge {
  readonly to: number
  readonly length: number
}

/** Nodes are numbered; `edges[n]` are the ways out of node n. A way back can be found from everywhere. */
export interface StreetGraph {
  readonly nodes: readonly Point[]
  readonly edges: readonly (readonly Edge[])[]
  /** OpenStreetMap's id and the street's name, for nodes that exist there. */
  readonly names: readonly ({ readonly id: number; readonly street: string | undefined } | undefined)[]
}

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
      geometry: z.object({ coordinates: z.array(z.tuple([z.number(), z.number()])) }),
    }),
  ),
})
type Way = z.infer<typeof Ways>['features'][number]['properties']

const signedForBicycles = ['yes', 'designated']

/** E-scooters go where bicycles may: on footways only where a sign says so, elsewhere unless a sign forbids it. */
const mayRide = ({ highway, bicycle = '' }: Way): boolean =>
  ['footway', 'path'].includes(highway) ? signedForBicycles.includes(bicycle) : !['no', 'dismount'].includes(bicycle)

/** The centre of Frankfurt: what can be ridden, one-way streets one way, no place without a way back. */
export function frankfurtCentre(): StreetGraph {
  const file = new URL('../../data/frankfurt-centre-streets.geojson', import.meta.url)
  const { features } = Ways.parse(JSON.parse(readFileSync(file, 'utf8')))

  const nodes: Point[] = []
  const edges: Edge[][] = []
  const names: StreetGraph['names'][number][] = []
  const numbers = new Map<number, number>()
  const add = (point: Point, name: StreetGraph['names'][number]) => {
    edges.push([])
    names.push(name)
    return nodes.push(point) - 1
  }
  const connect = (from: number, to: number, oneway: boolean) => {
    const length = distance(at(nodes, from), at(nodes, to))
    edges[from]?.push({ to, length })
    if (!oneway) edges[to]?.push({ to: from, length })
  }

  for (const { properties, geometry } of features) {
    if (!mayRide(properties)) continue
    const oneway = properties.oneway === 'yes'
    let previous: number | undefined
    for (const [index, id] of properties.nodes.entries()) {
      const [longitude, latitude] = at(geometry.coordinates, index)
      const here = numbers.get(id) ?? add({ latitude, longitude }, { id, street: properties.name })
      numbers.set(id, here)
      if (previous !== undefined) {
        const [a, b] = [at(nodes, previous), at(nodes, here)]
        const pieces = Math.ceil(distance(a, b) / longestEdge)
        let last = previous
        for (let piece = 1; piece < pieces; piece += 1) {
          const divider = add(between(a, b, piece / pieces), undefined)
          connect(last, divider, oneway)
          last = divider
        }
        connect(last, here, oneway)
      }
      previous = here
    }
  }
  return connectedParts({ nodes, edges, names }, smallestPart)
}

/** Only the parts of some size in which every node can be reached from every other, renumbered. */
export function connectedParts({ nodes, edges, names }: StreetGraph, smallest: number): StreetGraph {
  const backwards: number[][] = nodes.map(() => [])
  for (const [from, ways] of edges.entries()) for (const { to } of ways) backwards[to]?.push(from)
  const forwards = edges.map((ways) => ways.map(({ to }) => to))

  const kept: number[] = []
  const placed = new Set<number>()
  for (const start of nodes.keys()) {
    if (placed.has(start)) continue
    const back = reachable(backwards, start)
    const part = [...reachable(forwards, start)].filter((node) => back.has(node))
    for (const node of part) placed.add(node)
    if (part.length >= smallest) kept.push(...part)
  }

  const renumbered = new Map(kept.map((node, index) => [node, index]))
  return {
    nodes: kept.map((node) => at(nodes, node)),
    names: kept.map((node) => names[node]),
    edges: kept.map((node) =>
      at(edges, node).flatMap(({ to, length }) => {
        const number = renumbered.get(to)
        return number === undefined ? [] : [{ to: number, length }]
      }),
    ),
  }
}

function reachable(ways: readonly (readonly number[])[], start: number): ReadonlySet<number> {
  const found = new Set([start])
  for (const node of found) for (const to of at(ways, node)) found.add(to)
  return found
}

export interface Reach {
  /** Metres by the shortest way, for every node within the limit. */
  readonly meters: ReadonlyMap<number, number>
  /** The nodes of the shortest way, both ends included. */
  wayTo(node: number): readonly number[]
}

/** Shortest ways from `start` to everything within `limit` metres (Dijkstra; the frontier is a street or two wide). */
export function reach({ edges }: Pick<StreetGraph, 'edges'>, start: number, limit: number): Reach {
  const meters = new Map<number, number>()
  const from = new Map<number, number>()
  const frontier = new Map([[start, 0]])
  while (frontier.size > 0) {
    let [node, nearest] = [start, Number.POSITIVE_INFINITY]
    for (const [candidate, far] of frontier) if (far < nearest) [node, nearest] = [candidate, far]
    frontier.delete(node)
    meters.set(node, nearest)
    for (const { to, length } of at(edges, node)) {
      const far = nearest + length
      if (meters.has(to) || far > limit || far >= (frontier.get(to) ?? Number.POSITIVE_INFINITY)) continue
      frontier.set(to, far)
      from.set(to, node)
    }
  }
  return {
    meters,
    wayTo(node) {
      const way = [node]
      for (let back = from.get(node); back !== undefined; back = from.get(back)) way.unshift(back)
      return way
    },
  }
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

/** An element that is known to be there. */
export function at<T>(list: readonly T[], index: number): T {
  const found = list[index]
  if (found === undefined) throw new RangeError(`nothing at ${index} of ${list.length}`)
  return found
}
