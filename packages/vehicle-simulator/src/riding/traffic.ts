import type { LockState } from '@holdfast/contracts'
import type { Point } from '@holdfast/frankfurt-map'
import type { Motion, StartingPoint } from '../hardware/simulated-hardware.ts'
import { elementAt } from '../streets/element-at.ts'
import { distance } from '../streets/geometry.ts'
import { frankfurtCentre, type PlaceInGraph, placesIn } from '../streets/street-graph.ts'
import { type Random, seededRandom, seedFor } from './random.ts'
import { createRiddenVehicle, type RiddenVehicle, type RideSeconds } from './ridden-vehicle.ts'

/** Milliseconds between two positions. */
const tickMs = 200
/** Metres within which a vehicle counts as meant for a place. */
const nearPlace = 60

/** All ridden vehicles, and the clock that moves them; `speed` in simulated seconds per second. */
export function createTraffic({ rideSeconds, speed, seed }: { rideSeconds: RideSeconds; speed: number; seed: number }) {
  const graph = frankfurtCentre()
  const places = placesIn(graph)
  const vehicles: RiddenVehicle[] = []

  let last = performance.now()
  const timer = setInterval(() => {
    // The real time that has passed: timers are late on a busy machine.
    const now = performance.now()
    const seconds = ((now - last) / 1_000) * speed
    last = now
    for (const vehicle of vehicles) vehicle.advance(seconds)
  }, tickMs)

  return {
    /** `last` is where the vehicle was when the simulator ended; without it the vehicle begins at a parking place. */
    vehicle(name: string, home: StartingPoint, last: StartingPoint | undefined, lock: LockState): Motion {
      const random = seededRandom(seedFor(seed, name))
      const start = last ?? { ...home, ...firstPlace(places, home, random) }
      const vehicle = createRiddenVehicle(graph, places, start, rideSeconds, random)
      // After a restart a rider is still on an unlocked vehicle, and an empty battery of a locked one is still changed.
      vehicle.lockMoved(lock)
      vehicles.push(vehicle)
      return vehicle
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

/** Where a new vehicle is put: at the place it was meant for, or at any place when its home is off the map. */
function firstPlace(places: readonly PlaceInGraph[], meantFor: Point, random: Random): PlaceInGraph {
  const near = places.filter((place) => distance(place, meantFor) <= nearPlace)
  return elementAt(near.length > 0 ? near : places, Math.floor(random() * (near.length || places.length)))
}
