import type { LockState } from '@holdfast/contracts'
import type { Readings } from '@holdfast/firmware-agent/hardware'
import type { Point } from '@holdfast/frankfurt-map'
import type { StartingPoint } from '../hardware/simulated-hardware.ts'
import { elementAt } from '../streets/element-at.ts'
import { moved, offset } from '../streets/geometry.ts'
import { nearestNode, type PlaceInGraph, type StreetGraph } from '../streets/street-graph.ts'
import { planRide } from './plan-ride.ts'
import { nextError } from './position-error.ts'
import type { Random } from './random.ts'
import { advance, arrived, positionOf, type Ride, withPause } from './ride.ts'

/** Metres per percent of battery: 35 km in all. */
const metersPerPercent = 350
/** Percent below which a full battery is put in, and milliseconds until then; only while the vehicle is locked. */
const swapBelow = 20
const swapAfter = 10 * 60_000

export interface RideSeconds {
  readonly shortest: number
  readonly longest: number
}

export type RiddenVehicle = ReturnType<typeof createRiddenVehicle>

/** A vehicle that is ridden to a parking place each time it is unlocked, and stands there until it is locked. */
export function createRiddenVehicle(
  graph: StreetGraph,
  places: readonly PlaceInGraph[],
  start: StartingPoint,
  rideSeconds: RideSeconds,
  random: Random,
) {
  let node = nearestNode(graph, start)
  let point: Point = elementAt(graph.nodes, node)
  let heading = Math.floor(random() * 360)
  let ride: Ride | null = null
  let { odometer, batteryPercent: battery } = start
  // A parked vehicle stays at the position it last reported, also after a restart; a new one gets a new error.
  const atStart = offset(point, start)
  let error = atStart.east === 0 && atStart.north === 0 ? nextError(null, random) : atStart
  let swap: NodeJS.Timeout | undefined

  const beginRide = () => {
    if (ride) return // unlocked again on the way
    clearTimeout(swap)
    const { shortest, longest } = rideSeconds
    ride = planRide(graph, places, { point, node }, shortest + random() * (longest - shortest), random)
  }
  const park = () => {
    if (ride) node = nearestNode(graph, point)
    ride = null
    clearTimeout(swap)
    if (battery >= swapBelow) return
    swap = setTimeout(() => {
      battery = 100
    }, swapAfter).unref()
  }
  const onLock: Readonly<Record<LockState, () => void>> = { UNLOCKED: beginRide, LOCKED: park }

  return {
    readings(): Readings {
      const { latitude, longitude } = moved(point, error.east, error.north)
      return {
        latitude: Number(latitude.toFixed(6)),
        longitude: Number(longitude.toFixed(6)),
        speed: Number((ride?.speed ?? 0).toFixed(2)),
        heading: Math.round(heading),
        batteryPercent: Math.ceil(battery),
        odometer: Math.round(odometer),
      }
    },
    lockMoved: (to: LockState) => onLock[to](),
    beep() {
      if (ride) ride = withPause(ride)
    },
    /** Rides on for some simulated seconds. */
    advance(seconds: number) {
      if (!ride) return
      const before = ride.meters
      ride = advance(ride, seconds)
      const meters = ride.meters - before
      const here = positionOf(ride)
      point = here.point
      heading = here.heading
      odometer += meters
      battery = Math.max(0, battery - meters / metersPerPercent)
      // A receiver that knows from the wheel that it stands does not wander.
      if (ride.speed > 0) error = nextError(error, random)
      if (!arrived(ride)) return
      node = ride.destination
      ride = null
    },
  }
}
