/** Where a rider goes once the vehicle is unlocked. Pure. */
import type { Point } from '@holdfast/frankfurt-map'
import { elementAt } from '../streets/element-at.ts'
import { between, distance } from '../streets/geometry.ts'
import { type ShortestPaths, shortestPaths } from '../streets/shortest-paths.ts'
import { longestEdge, type PlaceInGraph, type StreetGraph } from '../streets/street-graph.ts'
import type { Random } from './random.ts'
import { duration, fastest, type Ride, rideAlong } from './ride.ts'

/** m/s, slowest first: a rider who has time goes slowly. */
const speeds = [2, 3, 4, 5, fastest]
/** Metres that riders stop before the exact point of the place, so that vehicles do not stand in each other. */
const stopsShort = 8
/** Metres within which a vehicle counts as standing at a place. More than `stopsShort`: the path to another place is longer. */
const atPlace = 20

/** Where the vehicle is now: at the node, or some metres before it. */
interface Start {
  readonly point: Point
  readonly node: number
}

/**
 * Plans a ride of at most `seconds`: to another parking place when one is near enough, as slowly as the time allows; if none
 * is, out and back to the place where the vehicle stands. A vehicle that stands at no place is ridden to the nearest, however
 * long that takes, because rides must end at a place.
 */
export function planRide(
  graph: StreetGraph,
  places: readonly PlaceInGraph[],
  from: Start,
  seconds: number,
  random: Random,
): Ride {
  const near = shortestPaths(graph, from.node, seconds * fastest)
  const short = random() * stopsShort
  const others = places.filter((place) => distance(place, from.point) > atPlace && near.meters.has(place.node))
  for (const { node } of shuffled(others, random)) {
    const points = beginningOf(route(graph, from.point, near, node), (whole) => whole - short)
    const ride = speeds.map((cruise) => rideAlong(points, node, cruise)).find((each) => duration(each) <= seconds)
    if (ride) return ride
  }
  if (places.some((place) => distance(place, from.point) <= atPlace)) return outAndBack(graph, from, seconds, random)

  const anywhere = shortestPaths(graph, from.node, Number.POSITIVE_INFINITY)
  const [nearest] = places
    .filter(({ node }) => anywhere.meters.has(node))
    .toSorted((a, b) => (anywhere.meters.get(a.node) ?? 0) - (anywhere.meters.get(b.node) ?? 0))
  if (!nearest) return outAndBack(graph, from, seconds, random)
  return rideAlong(route(graph, from.point, anywhere, nearest.node), nearest.node, fastest)
}

const route = ({ nodes }: StreetGraph, start: Point, { pathTo }: ShortestPaths, node: number): readonly Point[] => [
  start,
  ...pathTo(node).map((each) => elementAt(nodes, each)),
]

/** To any node and back along the same path, as far as the time allows. The way back may lead against a one-way street. */
function outAndBack(graph: StreetGraph, from: Start, seconds: number, random: Random): Ride {
  const near = shortestPaths(graph, from.node, Math.max(seconds * fastest, 2 * longestEdge))
  const [goal = from.node] = shuffled(
    [...near.meters.keys()].filter((node) => node !== from.node),
    random,
  )
  const out = route(graph, from.point, near, goal)
  for (let far = (seconds * fastest) / 2; ; far /= 1.5) {
    const there = beginningOf(out, () => far)
    const ride = rideAlong([...there, ...there.toReversed().slice(1)], from.node, fastest)
    if (duration(ride) <= seconds) return ride
  }
}

/** The beginning of a path; `lengthOf` gives its length from that of the whole path, in metres. */
function beginningOf(points: readonly Point[], lengthOf: (whole: number) => number): readonly Point[] {
  const pieces = points.slice(1).map((point, index) => distance(elementAt(points, index), point))
  let left = Math.max(0, lengthOf(pieces.reduce((sum, piece) => sum + piece, 0)))
  const beginning = [elementAt(points, 0)]
  for (const [index, piece] of pieces.entries()) {
    if (left <= 0) break
    beginning.push(
      between(elementAt(points, index), elementAt(points, index + 1), piece === 0 ? 1 : Math.min(1, left / piece)),
    )
    left -= piece
  }
  return beginning
}

function shuffled<T>(list: readonly T[], random: Random): readonly T[] {
  return list
    .map((each) => ({ each, order: random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ each }) => each)
}
