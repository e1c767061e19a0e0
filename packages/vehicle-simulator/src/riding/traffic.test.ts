import type { Point } from '@holdfast/frankfurt-map'
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { graph, places, toPlace, toStreet } from '../../test/distances.ts'
import { elementAt } from '../streets/element-at.ts'
import { distance } from '../streets/geometry.ts'
import { createTraffic } from './traffic.ts'

const settings = { rideSeconds: { shortest: 20, longest: 60 }, speed: 1, seed: 1 }
const home = { ...elementAt(places, 3), batteryPercent: 80, odometer: 100 }
const position = ({ latitude, longitude }: Point) => ({ latitude, longitude })

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  jest.useRealTimers()
})

it('a ridden vehicle is measured within 6 m of a street, below 25 km/h, and ends near a parking place', () => {
  using traffic = createTraffic(settings)
  const vehicles = Array.from({ length: 10 }, (_, index) =>
    traffic.vehicle(`v-${index}`, { ...home, ...elementAt(places, index) }, undefined, 'LOCKED'),
  )
  for (const vehicle of vehicles) vehicle.lockMoved('UNLOCKED')
  let speeds = 0
  for (let second = 0; second < 62; second += 1) {
    jest.advanceTimersByTime(1_000)
    for (const vehicle of vehicles) {
      const readings = vehicle.readings()
      if (readings.speed === 0) continue
      speeds += 1
      expect(readings.speed).toBeLessThan(6.94)
      expect(toStreet(readings)).toBeLessThan(6.5)
    }
  }
  expect(speeds).toBeGreaterThan(10 * 15)
  for (const vehicle of vehicles) {
    const readings = vehicle.readings()
    expect(readings.speed).toBe(0)
    expect(readings.odometer).toBeGreaterThan(100)
    expect(readings.batteryPercent).toBeLessThanOrEqual(80)
    expect(toPlace(readings)).toBeLessThan(30)
  }
})

it('a parked vehicle stays exactly where it is, also over a restart', () => {
  using traffic = createTraffic(settings)
  const vehicle = traffic.vehicle('v-1', home, undefined, 'LOCKED')
  const before = vehicle.readings()
  jest.advanceTimersByTime(60_000)
  expect(vehicle.readings()).toEqual(before)
  const again = traffic.vehicle('v-1', home, before, 'LOCKED')
  expect(position(again.readings())).toEqual(position(before))
})

it('a vehicle that is paused on the way goes on along the streets', () => {
  using traffic = createTraffic({ ...settings, rideSeconds: { shortest: 60, longest: 60 } })
  const vehicle = traffic.vehicle('v-1', home, undefined, 'LOCKED')
  vehicle.lockMoved('UNLOCKED')
  jest.advanceTimersByTime(15_000)
  vehicle.beep()
  jest.advanceTimersByTime(6_000)
  const paused = vehicle.readings()
  expect(paused.speed).toBe(0)
  expect(toPlace(paused)).toBeGreaterThan(10)
  vehicle.lockMoved('LOCKED')
  vehicle.lockMoved('UNLOCKED')
  for (let looks = 0; looks < 40; looks += 1) {
    jest.advanceTimersByTime(250)
    expect(toStreet(vehicle.readings())).toBeLessThan(6.5)
  }
  expect(vehicle.readings().odometer).toBeGreaterThan(paused.odometer)
})

it('a vehicle that is unlocked once more during its ride rides on', () => {
  using traffic = createTraffic({ ...settings, rideSeconds: { shortest: 60, longest: 60 } })
  const vehicle = traffic.vehicle('v-1', home, undefined, 'LOCKED')
  vehicle.lockMoved('UNLOCKED')
  jest.advanceTimersByTime(15_000)
  const { speed } = vehicle.readings()
  expect(speed).toBeGreaterThan(1)
  vehicle.lockMoved('UNLOCKED')
  expect(vehicle.readings().speed).toBe(speed)
  for (let looks = 0; looks < 40; looks += 1) {
    jest.advanceTimersByTime(1_000)
    expect(toStreet(vehicle.readings())).toBeLessThan(6.5)
  }
})

it('a vehicle whose agent was restarted during a ride is ridden on to a parking place', () => {
  using traffic = createTraffic(settings)
  const { latitude, longitude } = elementAt(graph.nodes, 7)
  const vehicle = traffic.vehicle('v-1', home, { ...home, latitude, longitude }, 'UNLOCKED')
  jest.advanceTimersByTime(120_000)
  const readings = vehicle.readings()
  expect(readings.odometer).toBeGreaterThan(100)
  expect(toPlace(readings)).toBeLessThan(30)
})

it('a vehicle can be ridden from wherever its agent was restarted', () => {
  using traffic = createTraffic(settings)
  for (const [index, point] of graph.nodes.entries()) {
    const vehicle = traffic.vehicle(`v-${index}`, home, { ...home, ...point }, 'LOCKED')
    vehicle.lockMoved('UNLOCKED')
    jest.advanceTimersByTime(400)
    vehicle.lockMoved('LOCKED')
  }
})

it.each(['before', 'after'])('a nearly empty battery is changed while the vehicle is parked: %s a restart', (when) => {
  using traffic = createTraffic(settings)
  const nearlyEmpty = { ...home, batteryPercent: 5 }
  const vehicle = traffic.vehicle('v-1', home, nearlyEmpty, when === 'before' ? 'UNLOCKED' : 'LOCKED')
  if (when === 'before') {
    jest.advanceTimersByTime(120_000)
    vehicle.lockMoved('LOCKED')
  }
  expect(vehicle.readings().batteryPercent).toBeLessThan(20)
  jest.advanceTimersByTime(11 * 60_000)
  expect(vehicle.readings().batteryPercent).toBe(100)
})

it('a vehicle that was meant for somewhere off the map begins at one of the places', () => {
  using traffic = createTraffic(settings)
  const started = Array.from({ length: 30 }, (_, index) =>
    traffic.vehicle(`v-${index}`, { ...home, latitude: 50.3, longitude: 8.9 }, undefined, 'LOCKED').readings(),
  )
  const at = started.map((readings) => places.findIndex((place) => distance(place, readings) < 10))
  expect(at).not.toContain(-1)
  expect(new Set(at).size).toBeGreaterThan(10)
})
