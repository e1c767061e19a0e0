/** Simulated vehicles in the streets, and the riders on those that are unlocked. */
import type { LockState } from '@holdfast/contracts'
import type { Readings } from '../hardware/hardware.ts'
import type { Body } from './body.ts'
import { distance, moved, offset, type Point } from './geometry.ts'
import { type ParkingPlace, parkingPlaces } from './parking-places.ts'
import { gaussian, type Random, seededRandom, seedFor } from './random.ts'
import { advance, arrived, askedToStop, planRide, type Ride, whereabouts } from './ride.ts'
import { at, frankfurtCentre, nearestNode, type StreetGraph } from './street-graph.ts'

/** Milliseconds between two positions. */
const tickMs = 200
/** Metres per percent of battery: 35 km in all. */
const metersPerPercent = 350
/** Percent under which somebody comes with a full battery, and milliseconds until then; only to parked vehicles. */
const swapBelow = 20
const swapAfter = 10 * 60_000
/** Metres within which a vehicle counts as meant for a place. */
const sameCorner = 60
/** Metres. Deviation and bound of the error of a position among houses, and the share of it that stays per tick. */
const gpsDeviation = 1.5
const gpsBound = 6
const gpsInertia = 0.98

export interface TrafficSettings {
  readonly rideSeconds: { readonly shortest: number; readonly longest: number }
  /** Simulated seconds per second. */
  readonly speed: number
  readonly seed: number
}

type Start = Pick<Readings, 'latitude' | 'longitude' | 'batteryPercent' | 'odometer'>

export interface Traffic extends Disposable {
  /**
   * A vehicle that is ridden to a parking place each time it is unlocked, and stands there until it is locked. `last` is
   * where it was when the agent ended; a vehicle without begins at a parking place.
   */
  vehicle(name: string, home: Start, last: Start | undefined, lock: LockState): Body
}

export function traffic({ rideSeconds, speed, seed }: TrafficSettings): Traffic {
  const graph = frankfurtCentre()
  const places = parkingPlaces(graph)
  const moving = new Set<ReturnType<typeof ridden>>()

  let last = performance.now()
  const timer = setInterval(() => {
    // The real time that has passed, since a busy machine comes late.
    const now = performance.now()
    const seconds = ((now - last) / 1_000) * speed
    last = now
    for (const vehicle of moving) if (!vehicle.advance(seconds)) moving.delete(vehicle)
  }, tickMs)

  return {
    vehicle(name, home, last, lock) {
      const random = seededRandom(seedFor(seed, name))
      const start = last ?? { ...home, ...firstPlace(places, home, random) }
      const vehicle = ridden(graph, places, start, rideSeconds, random)
      const bolt = (to: LockState) => {
        if (to === 'UNLOCKED') {
          vehicle.setOff()
          moving.add(vehicle)
        } else {
          vehicle.park()
          moving.delete(vehicle)
        }
      }
      // The agent was restarted: a rider is still on it, and somebody still comes to a parked one with an empty battery.
      bolt(lock)
      return { readings: vehicle.readings, bolt, beep: vehicle.askToStop }
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

function ridden(
  graph: StreetGraph,
  places: readonly ParkingPlace[],
  start: Start,
  rideSeconds: TrafficSettings['rideSeconds'],
  random: Random,
) {
  let node = nearestNode(graph, start)
  let point: Point = at(graph.nodes, node)
  let heading = Math.floor(random() * 360)
  let ride: Ride | null = null
  let odometer = start.odometer
  let battery = start.batteryPercent
  // A parked vehicle stays where it last said it was, also over a restart; a new one gets an error of its own.
  const { east, north } = offset(point, start)
  let error = east === 0 && north === 0 ? gpsError({ east, north }, 0, random) : { east, north }
  let swap: NodeJS.Timeout | undefined

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
    setOff() {
      if (ride) return // unlocked once more on the way
      clearTimeout(swap)
      const { shortest, longest } = rideSeconds
      ride = planRide(graph, places, { point, node }, shortest + random() * (longest - shortest), random)
    },
    park() {
      if (ride) node = nearestNode(graph, point)
      ride = null
      clearTimeout(swap)
      if (battery < swapBelow) {
        swap = setTimeout(() => {
          battery = 100
        }, swapAfter).unref()
      }
    },
    askToStop() {
      if (ride) ride = askedToStop(ride)
    },
    /** Moves on; false when there is nothing more to move. */
    advance(seconds: number): boolean {
      if (!ride) return false
      const before = ride.meters
      ride = advance(ride, seconds)
      const here = whereabouts(ride)
      point = here.point
      heading = here.heading
      odometer += ride.meters - before
      battery = Math.max(0, battery - (ride.meters - before) / metersPerPercent)
      // A receiver that knows from the wheel that it stands does not wander.
      if (ride.speed > 0) error = gpsError(error, gpsInertia, random)
      if (!arrived(ride)) return true
      node = ride.destination
      ride = null
      return false
    },
  }
}

/** The next error of a position: much like the last one, never beyond the bound. */
function gpsError(last: ReturnType<typeof offset>, inertia: number, random: Random) {
  const fresh = gpsDeviation * Math.sqrt(1 - inertia ** 2)
  const east = last.east * inertia + gaussian(random) * fresh
  const north = last.north * inertia + gaussian(random) * fresh
  const tooFar = Math.max(1, Math.hypot(east, north) / gpsBound)
  return { east: east / tooFar, north: north / tooFar }
}

/** Where a new vehicle is put: at the place it was meant for, or at any when its home has no streets in the map. */
function firstPlace(places: readonly ParkingPlace[], meantFor: Point, random: Random): ParkingPlace {
  const near = places.filter((place) => distance(place, meantFor) <= sameCorner)
  return at(near.length > 0 ? near : places, Math.floor(random() * (near.length || places.length)))
}
