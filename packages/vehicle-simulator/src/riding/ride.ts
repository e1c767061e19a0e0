/** A ride along given points: how fast the rider goes, and where the vehicle is when. Pure. */
import type { Point } from '@holdfast/frankfurt-map'
import { elementAt } from '../streets/element-at.ts'
import { between, distance, heading } from '../streets/geometry.ts'

/** m/s². What standing scooter riders bear without holding on tight. */
const acceleration = 1.2
const braking = 1.8
/** m/s. 21.6 km/h; German law allows 20 km/h and a tenth more. */
export const fastest = 6
/** m/s through a turn of more than 45° and of more than 120°. */
const throughCorner = 3
const throughUTurn = 1
/** Simulated seconds that a rider stands after being asked to stop, before riding on to a parking place. */
const pauseSeconds = 10
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
  /** Simulated seconds left to stand after the rider was asked to stop; undefined when they were not asked. */
  readonly pauseLeft: number | undefined
}

export const arrived = ({ course, meters }: Ride): boolean => meters >= length(course)

/** Where the vehicle is, and its heading. */
export function positionOf({ course: { points, meters }, meters: done }: Ride): { point: Point; heading: number } {
  const next = Math.max(1, firstAhead(meters, done))
  const [from, to] = [elementAt(points, next - 1), elementAt(points, next)]
  const piece = elementAt(meters, next) - elementAt(meters, next - 1)
  return {
    point: between(from, to, piece === 0 ? 1 : (done - elementAt(meters, next - 1)) / piece),
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
  const { course, meters, speed, pauseLeft } = ride
  if (pauseLeft !== undefined) {
    const slower = Math.max(0, speed - braking * seconds)
    const left = slower > 0 ? pauseLeft : pauseLeft - seconds
    const on = Math.min(meters + slower * seconds, length(course))
    return { ...ride, meters: on, speed: on === length(course) ? 0 : slower, pauseLeft: left > 0 ? left : undefined }
  }
  const next = firstAhead(course.meters, meters)
  const ahead = elementAt(course.meters, next) - meters
  const allowed = Math.min(course.cruise, Math.sqrt(elementAt(course.limits, next) ** 2 + 2 * braking * ahead))
  const faster = Math.min(allowed, speed + acceleration * seconds)
  const on = meters + faster * seconds
  return on >= length(course) ? { ...ride, meters: length(course), speed: 0 } : { ...ride, meters: on, speed: faster }
}

/** The rider was asked to stop, and does. */
export const withPause = (ride: Ride): Ride => ({ ...ride, pauseLeft: pauseSeconds })

/** Simulated seconds that a ride takes if the rider is not asked to stop. */
export function duration(ride: Ride): number {
  let seconds = 0
  for (let now = ride; !arrived(now); now = step(now, stepSeconds)) seconds += stepSeconds
  return seconds
}

/** A ride that is about to begin. `destination` is the node at which the points end, or just behind their end. */
export function rideAlong(given: readonly Point[], destination: number, cruise: number): Ride {
  const points = given.filter((point, index) => index === 0 || distance(point, elementAt(given, index - 1)) > 0.01)
  const meters = [0]
  for (const [index, point] of points.entries()) {
    if (index > 0) meters.push(elementAt(meters, index - 1) + distance(elementAt(points, index - 1), point))
  }
  const limits = points.map((point, index) => cornerLimit(points[index - 1], point, points[index + 1]))
  for (let index = limits.length - 2; index >= 0; index -= 1) {
    const piece = elementAt(meters, index + 1) - elementAt(meters, index)
    limits[index] = Math.min(
      elementAt(limits, index),
      Math.sqrt(elementAt(limits, index + 1) ** 2 + 2 * braking * piece),
    )
  }
  return { course: { points, meters, limits, cruise }, destination, meters: 0, speed: 0, pauseLeft: undefined }
}

function cornerLimit(before: Point | undefined, here: Point, after: Point | undefined): number {
  if (!after) return 0
  if (!before) return fastest
  const turn = Math.abs(((heading(here, after) - heading(before, here) + 540) % 360) - 180)
  if (turn > 120) return throughUTurn
  return turn > 45 ? throughCorner : fastest
}

const length = ({ meters }: Course): number => meters.at(-1) ?? 0

/** The first point that is not passed yet; the last one at the end. */
function firstAhead(meters: readonly number[], done: number): number {
  const ahead = meters.findIndex((each) => each > done)
  return ahead === -1 ? meters.length - 1 : ahead
}
