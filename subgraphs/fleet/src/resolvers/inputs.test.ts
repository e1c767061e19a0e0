import { describe, expect, it } from '@jest/globals'
import { faultsInBox, faultsInFilter, faultsInSearch } from './inputs.ts'

const search = { near: { latitude: 50.1, longitude: 8.7 }, radiusMeters: 500, first: 50 }

describe('faultsInSearch', () => {
  it.each([
    ['an ordinary search', search, 0],
    ['the limits themselves', { near: { latitude: -90, longitude: 180 }, radiusMeters: 5_000, first: 200 }, 0],
    ['a negative radius', { ...search, radiusMeters: -5 }, 1],
    ['a huge radius', { ...search, radiusMeters: 5_001 }, 1],
    ['degrees that are none', { ...search, near: { latitude: 90.01, longitude: -180.01 } }, 2],
    ['everything at once', { near: { latitude: 91, longitude: 181 }, radiusMeters: 0, first: 201 }, 4],
    ['no numbers', { ...search, near: { latitude: Number.NaN, longitude: 8 } }, 1],
  ])('%s', (_, given, faults) => {
    expect(faultsInSearch(given)).toHaveLength(faults)
  })
})

describe('faultsInBox', () => {
  const box = { south: 50, west: 8.5, north: 50.2, east: 8.8 }
  it.each([
    ['a city', box, 0],
    ['a line', { ...box, north: 50 }, 1],
    ['upside down and inside out', { south: 51, west: 9, north: 50, east: 8 }, 2],
    ['across the antimeridian', { ...box, west: 179, east: -179 }, 1],
    ['a country', { ...box, north: 55 }, 1],
    ['off the map', { south: -91, west: -181, north: 91, east: 181 }, 4],
  ])('%s', (_, given, faults) => {
    expect(faultsInBox(given)).toHaveLength(faults)
  })
})

it('lists every fault of a filter', () => {
  expect(faultsInFilter({ formFactors: null, minBatteryPercent: 0, minRangeMeters: 0 })).toEqual([])
  expect(faultsInFilter({ formFactors: [], minBatteryPercent: 101, minRangeMeters: -1 })).toHaveLength(3)
})
