/** One simulated ride: a way through the streets and how fast somebody goes along it. Pure. */
import { between, distance, heading, type Point } from './geometry.ts'
import type { ParkingPlace } from './parking-places.ts'
import type { Random } from './random.ts'
import { at, longestEdge, type Reach, reach, type StreetGraph } from './street-graph.ts'

/** m/s². What standing riders of scooters bear without holding on tight. */
const acceleration = 1.2
const braking = 1.8
/** m/s. 21.6 km/h; the law's limit is 20 plus a tenth. */
const fastest = 6
/** m/s, slowest first: a rider with time takes it. */
const speeds = [2, 3, 4, 5, fastest]
/** m/s through a turn of more than 45° and of more than 120°. */
const throughCorner = 3
const throughUTurn = 1
/** Simulated seconds that a rider stands after being asked to stop, before riding on to a parking place. */
const standsWhenAsked = 10
/** Metres that riders stop before the exact point of the place, so that vehicles do not stand in each other. */
const stopsShort = 8
/** Metres within which a vehicle counts as standing at a place. More than `stopsShort`: every way to another place is longer. */
const atPlace = 20
/** Simulated seconds that are computed as one. */
const stepSeconds = 0.25

interface Course {
  readonly points: readonly Point[]
  /** Metres from the start, per point. */
  readonly meters: readonly number[]
  /** m/s that may not be exceeded at each point, braking for later points included. 0 at the last. */
  readonly limits: readonly number[]
  readonly cruise: number
}

export interface Ride {
  readonly course: Course
  /** The node at which the course ends, or just behind its end. */
  readonly destination: number
  readonly meters: number
  readonly speed: number
  /** Simulated seconds left to stand; undefined when nobody has asked for a stop. */
  readonly asked: number | undefined
}

export const arrived = ({ course, meters }: Ride): boolean => meters >= length(course)

/** Where the vehicle is, and which way it looks. */
export function whereabouts({ course: { points, meters }, meters: done }: Ride): { point: Point; heading: number } {
  const next = Math.max(1, firstAhead(meters, done))
  const [from, to] = [at(points, next - 1), at(points, next)]
  const piece = at(meters, next) - at(meters, next - 1)
  return {
    point: between(from, to, piece === 0 ? 1 : (done - at(meters, next - 1)) / piece),
    heading: heading(from, to),
  }
}

/** The ride some simulated seconds later. */
export function advance(ride: Ride, seconds: number): Ride {
  let now = ride
  for (let left = seconds; left > 1e-9 && !arrived(now); left -= stepSeconds)
    now = step(now, Math.min(left, stepSeconds))
  return now
}

function step(ride: Ride, seconds: number): Ride {
  const { course, meters, speed, asked } = ride
  if (asked !== undefined) {
    const slower = Math.max(0, speed - braking * seconds)
    const left = slower > 0 ? asked : asked - seconds
    const on = Math.min(meters + slower * seconds, length(course))
    return { ...ride, meters: on, speed: on === length(course) ? 0 : slower, asked: left > 0 ? left : undefined }
  }
  const next = firstAhead(course.meters, meters)
  const ahead = at(course.meters, next) - meters
  const allowed = Math.min(course.cruise, Math.sqrt(at(course.limits, next) ** 2 + 2 * braking * ahead))
  const faster = Math.min(allowed, speed + acceleration * seconds)
  const on = meters + faster * seconds
  return on >= length(course) ? { ...ride, meters: length(course), speed: 0 } : { ...ride, meters: on, speed: faster }
}

/** Somebody has asked the rider to stop. */
export const askedToStop = (ride: Ride): Ride => ({ ...ride, asked: standsWhenAsked })

/**
 * Plans a ride that is over in at most `seconds`: to some other parking place when one is near enough, as slowly as
 * the time allows; else out and back to the place where the vehicle stands. One that stands at no place is ridden to
 * the nearest, however long that takes: rides must not end in between. `from` is where the vehicle is now, at `node`
 * or some metres before it.
 */
export function planRide(
  graph: StreetGraph,
  places: readonly ParkingPlace[],
  from: { readonly point: Point; readonly node: number },
  seconds: number,
  random: Random,
): Ride {
  const near = reach(graph, from.node, seconds * fastest)
  const short = random() * stopsShort
  const others = places.filter((place) => distance(place, from.point) > atPlace && near.meters.has(place.node))
  for (const { node } of shuffled(others, random)) {
    const points = cut(route(graph, from.point, near, node), (all) => all - short)
    const ride = speeds.map((cruise) => begin(points, node, cruise)).find((each) => duration(each) <= seconds)
    if (ride) return ride
  }
  if (places.some((place) => distance(place, from.point) <= atPlace)) return outAndBack(graph, from, seconds, random)

  const anywhere = reach(graph, from.node, Number.POSITIVE_INFINITY)
  const [nearest] = places
    .filter(({ node }) => anywhere.meters.has(node))
    .toSorted((a, b) => (anywhere.meters.get(a.node) ?? 0) - (anywhere.meters.get(b.node) ?? 0))
  if (!nearest) return outAndBack(graph, from, seconds, random)
  return begin(route(graph, from.point, anywhere, nearest.node), nearest.node, fastest)
}

const route = ({ nodes }: StreetGraph, start: Point, { wayTo }: Reach, node: number): readonly Point[] => [
  start,
  ...wayTo(node).map((each) => at(nodes, each)),
]

/** Towards some node and back the same way, up a one-way street perhaps on foot. As far as the time allows. */
function outAndBack(
  graph: StreetGraph,
  from: { readonly point: Point; readonly node: number },
  seconds: number,
  random: Random,
): Ride {
  const near = reach(graph, from.node, Math.max(seconds * fastest, 2 * longestEdge))
  const [goal = from.node] = shuffled(
    [...near.meters.keys()].filter((node) => node !== from.node),
    random,
  )
  const out = route(graph, from.point, near, goal)
  for (let far = (seconds * fastest) / 2; ; far /= 1.5) {
    const there = cut(out, () => far)
    const ride = begin([...there, ...there.toReversed().slice(1)], from.node, fastest)
    if (duration(ride) <= seconds) return ride
  }
}

/** Simulated seconds that a ride will take if nobody asks for a stop. */
export function duration(ride: Ride): number {
  let seconds = 0
  for (let now = ride; !arrived(now); now = step(now, stepSeconds)) seconds += stepSeconds
  return seconds
}

function begin(given: readonly Point[], destination: number, cruise: number): Ride {
  const points = given.filter((point, index) => index === 0 || distance(point, at(given, index - 1)) > 0.01)
  const meters = [0]
  for (const [index, point] of points.entries()) {
    if (index > 0) meters.push(at(meters, index - 1) + distance(at(points, index - 1), point))
  }
  const limits = points.map((point, index) => cornerLimit(points[index - 1], point, points[index + 1]))
  for (let index = limits.length - 2; index >= 0; index -= 1) {
    const piece = at(meters, index + 1) - at(meters, index)
    limits[index] = Math.min(at(limits, index), Math.sqrt(at(limits, index + 1) ** 2 + 2 * braking * piece))
  }
  return { course: { points, meters, limits, cruise }, destination, meters: 0, speed: 0, asked: undefined }
}

function cornerLimit(before: Point | undefined, here: Point, after: Point | undefined): number {
  if (!after) return 0
  if (!before) return fastest
  const turn = Math.abs(((heading(here, after) - heading(before, here) + 540) % 360) - 180)
  if (turn > 120) return throughUTurn
  return turn > 45 ? throughCorner : fastest
}

/** The beginning of a way, as long as `wanted` says of its whole length. */
function cut(points: readonly Point[], wanted: (all: number) => number): readonly Point[] {
  const pieces = points.slice(1).map((point, index) => distance(at(points, index), point))
  let left = Math.max(0, wanted(pieces.reduce((sum, piece) => sum + piece, 0)))
  const kept = [at(points, 0)]
  for (const [index, piece] of pieces.entries()) {
    if (left <= 0) break
    kept.push(between(at(points, index), at(points, index + 1), piece === 0 ? 1 : Math.min(1, left / piece)))
    left -= piece
  }
  return kept
}

const length = ({ meters }: Course): number => meters.at(-1) ?? 0

/** The first point that is not passed yet; the last one at the end. */
function firstAhead(meters: readonly number[], done: number): number {
  const ahead = meters.findIndex((each) => each > done)
  return ahead === -1 ? meters.length - 1 : ahead
}

function shuffled<T>(list: readonly T[], random: Random): readonly T[] {
  return list
    .map((each) => ({ each, order: random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ each }) => each)
}
