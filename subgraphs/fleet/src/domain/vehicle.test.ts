import { describe, expect, it } from '@jest/globals'
import { moveFrom, movesToReserve, type Vehicle, vehicleMoves, vehicleStates } from './vehicle.ts'

const parked: Vehicle = {
  id: 'v',
  deviceId: 'd',
  publicId: 'p',
  typeId: 't',
  contact: 'ONLINE',
  contactChangedAt: new Date(0),
  lastSeenAt: null,
  epoch: 'e',
  reportedSeq: 0,
  lock: 'LOCKED',
  batteryPercent: 50,
  commandCounter: 0,
  position: { latitude: 50, longitude: 8, speed: 0, odometer: 0, measuredAt: new Date(0) },
  state: 'AVAILABLE',
  use: null,
}

describe('the moves of a vehicle', () => {
  it('reaches every state, and leaves every state but the last', () => {
    const reached = new Set<string>(['AVAILABLE', ...vehicleMoves.map(({ to }) => to)])
    expect([...reached].sort()).toEqual([...vehicleStates].sort())
    expect(vehicleStates.filter((state) => !vehicleMoves.some(({ from }) => from === state))).toEqual(['REMOVED'])
  })

  it('finds the move of a name from a state', () => {
    expect(moveFrom('maintenance', 'NON_OPERATIONAL')?.to).toBe('AVAILABLE')
    expect(moveFrom('maintenance', 'ON_TRIP')).toBeUndefined()
  })
})

describe('movesToReserve', () => {
  const names = (vehicle: Vehicle) => movesToReserve(vehicle, 'mine')?.map(({ name }) => name) ?? null
  const use = (bookingId: string) => ({ bookingId, riderId: 'r' })

  it.each([
    ['is free', parked, ['reservation_start']],
    ['is reserved already', { ...parked, state: 'RESERVED', use: use('mine') }, []],
    [
      'is still reserved for a booking that is not live',
      { ...parked, state: 'RESERVED', use: use('other') },
      ['reservation_cancel', 'reservation_start'],
    ],
    ['is on a trip', { ...parked, state: 'ON_TRIP', use: use('other') }, null],
    ['is out of service', { ...parked, state: 'NON_OPERATIONAL' }, null],
  ] as [string, Vehicle, string[] | null][])('knows what to do with a vehicle that %s', (_, vehicle, expected) => {
    expect(names(vehicle)).toEqual(expected)
  })
})
