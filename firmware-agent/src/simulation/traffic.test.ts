import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from '@jest/globals'
import { distance, distanceToSegment, type Point } from './geometry.ts'
import { parkingPlaces } from './parking-places.ts'
import { at, frankfurtCentre } from './street-graph.ts'
import { traffic } from './traffic.ts'

const graph = frankfurtCentre()
const places = parkingPlaces(graph)
const settings = { rideSeconds: { shortest: 20, longest: 60 }, speed: 20, seed: 1 }
const home = { ...at(places, 3), batteryPercent: 80, odometer: 100 }
const offStreet = (point: Point) =>
  Math.min(
    ...graph.edges.flatMap((ways, from) =>
      ways.map(({ to }) => distanceToSegment(point, at(graph.nodes, from), at(graph.nodes, to))),
    ),
  )
const position = ({ latitude, longitude }: Point) => ({ latitude, longitude })

it('a ridden vehicle is measured within 6 m of a street, below 25 km/h, and ends near a parking place', async () => {
  using streets = traffic(settings)
  const vehicles = Array.from({ length: 20 }, (_, index) =>
    streets.vehicle(`v-${index}`, { ...home, ...at(places, index) }, undefined, 'LOCKED'),
  )
  for (const vehicle of vehicles) vehicle.bolt('UNLOCKED')
  let speeds = 0
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await delay(100)) {
    for (const vehicle of vehicles) {
      const readings = vehicle.readings()
      expect(offStreet(readings)).toBeLessThan(6.5)
      expect(readings.speed).toBeLessThan(6.94)
      if (readings.speed > 0) speeds += 1
    }
    if (speeds > 0 && vehicles.every((vehicle) => vehicle.readings().speed === 0)) break
  }
  expect(speeds).toBeGreaterThan(20)
  for (const vehicle of vehicles) {
    const readings = vehicle.readings()
    expect(readings.speed).toBe(0)
    expect(readings.odometer).toBeGreaterThan(100)
    expect(readings.batteryPercent).toBeLessThanOrEqual(80)
    expect(Math.min(...places.map((place) => distance(place, readings)))).toBeLessThan(30)
  }
})

it('a parked vehicle stays exactly where it is, also over a restart', async () => {
  using streets = traffic(settings)
  const vehicle = streets.vehicle('v-1', home, undefined, 'LOCKED')
  const before = vehicle.readings()
  await delay(500)
  expect(vehicle.readings()).toEqual(before)
  const again = streets.vehicle('v-1', home, before, 'LOCKED')
  expect(position(again.readings())).toEqual(position(before))
})

it('a vehicle that is paused on the way goes on along the streets', async () => {
  using streets = traffic({ ...settings, rideSeconds: { shortest: 60, longest: 60 }, speed: 5 })
  const vehicle = streets.vehicle('v-1', home, undefined, 'LOCKED')
  vehicle.bolt('UNLOCKED')
  await delay(3_000)
  vehicle.beep()
  await delay(1_200)
  const paused = vehicle.readings()
  expect(paused.speed).toBe(0)
  expect(Math.min(...places.map((place) => distance(place, paused)))).toBeGreaterThan(10)
  vehicle.bolt('LOCKED')
  vehicle.bolt('UNLOCKED')
  for (let looks = 0; looks < 40; looks += 1) {
    await delay(50)
    expect(offStreet(vehicle.readings())).toBeLessThan(6.5)
  }
  expect(vehicle.readings().odometer).toBeGreaterThan(paused.odometer)
})

it('a vehicle whose agent was restarted during a ride is ridden on to a parking place', async () => {
  using streets = traffic(settings)
  const { latitude, longitude } = at(graph.nodes, 7)
  const vehicle = streets.vehicle('v-1', home, { ...home, latitude, longitude }, 'UNLOCKED')
  await delay(600)
  expect(vehicle.readings().odometer).toBeGreaterThan(100)
})

it('a vehicle that was meant for somewhere off the map begins at one of the places', () => {
  using streets = traffic(settings)
  const started = Array.from({ length: 30 }, (_, index) =>
    streets.vehicle(`v-${index}`, { ...home, latitude: 50.3, longitude: 8.9 }, undefined, 'LOCKED').readings(),
  )
  const at = started.map((readings) => places.findIndex((place) => distance(place, readings) < 10))
  expect(at).not.toContain(-1)
  expect(new Set(at).size).toBeGreaterThan(10)
})
