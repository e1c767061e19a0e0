import { describe, expect, it } from '@jest/globals'
import { blockersOf } from './endTrip.ts'
import { type Area, boundsOf, type Zone } from './zones.ts'

const now = new Date('2026-11-21T08:00:00Z')
const area: Area = {
  type: 'Polygon',
  coordinates: [
    [
      [8.68, 50.11],
      [8.681, 50.11],
      [8.681, 50.111],
      [8.68, 50.111],
      [8.68, 50.11],
    ],
  ],
}
const parking: Zone = { id: 'z', kind: 'PARKING', name: 'here', area, bounds: boundsOf(area) }
const vehicle = {
  contact: 'ONLINE',
  lastSeenAt: now,
  position: { latitude: 50.1105, longitude: 8.6805, speed: 0, odometer: 0, measuredAt: now },
} as const
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000)

describe('blockersOf', () => {
  it('finds none when the vehicle stands in a parking zone and has contact', () => {
    expect(blockersOf(vehicle, [parking], now)).toEqual([])
    const trembling = { ...vehicle, position: { ...vehicle.position, speed: 0.4, measuredAt: ago(30) } }
    expect(blockersOf(trembling, [parking], now)).toEqual([])
  })

  it('finds all of them at once', () => {
    const worst = {
      contact: 'LOST',
      lastSeenAt: ago(99),
      position: { ...vehicle.position, latitude: 50.2, speed: 5, measuredAt: ago(99) },
    } as const
    expect(blockersOf(worst, [parking], now)).toEqual([
      { kind: 'VehicleUnreachable', lastSeenAt: ago(99) },
      { kind: 'StillMoving', speed: 5 },
      { kind: 'NotInParkingZone', nearest: parking, distanceMeters: expect.any(Number) },
    ])
  })

  it('does not trust a position older than half a minute, whatever it says', () => {
    const old = { ...vehicle, position: { ...vehicle.position, measuredAt: ago(31) } }
    expect(blockersOf(old, [parking], now).map(({ kind }) => kind)).toEqual(['VehicleUnreachable'])
  })

  it('does not allow a forbidden place inside a parking zone', () => {
    const forbidden: Zone = { ...parking, id: 'n', kind: 'NO_PARKING' }
    expect(blockersOf(vehicle, [parking, forbidden], now)).toEqual([{ kind: 'InNoParkingZone', zone: forbidden }])
  })
})
