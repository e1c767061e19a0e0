import { describe, expect, it } from '@jest/globals'
import type { Command } from './command.ts'
import { type BookingAccess, canReceive, mayUnlock } from './unlockVehicle.ts'

const at = (seconds: number) => new Date(seconds * 1_000)

describe('mayUnlock', () => {
  const booking: BookingAccess = { state: 'CONFIRMED', vehicleId: 'v', expiresAt: at(100) }

  it.each([
    ['unlocks for a confirmed booking in time', booking, 99, null],
    ['not at the very moment it runs out', booking, 100, { kind: 'ConfirmationExpired', expiredAt: at(100) }],
    ['not without payment', { ...booking, state: 'HELD' } as const, 1, { kind: 'BookingNotConfirmed', state: 'HELD' }],
    [
      'not twice',
      { ...booking, state: 'ACTIVE', expiresAt: null } as const,
      1,
      { kind: 'BookingNotConfirmed', state: 'ACTIVE' },
    ],
    ['not for anybody else', null, 1, { kind: 'BookingNotFound' }],
  ])('%s', (_, access, seconds, refusal) => {
    const outcome = mayUnlock(access, at(seconds))
    expect(outcome).toEqual(refusal ? { ok: false, refusal } : { ok: true, value: access })
  })
})

describe('canReceive', () => {
  const vehicle = { contact: 'ONLINE', lastSeenAt: at(5), epoch: 'boot' } as const
  const command = { id: 'c' } as Command

  it('binds the command to the present boot of the vehicle', () => {
    expect(canReceive(vehicle, null)).toEqual({ ok: true, value: { epoch: 'boot' } })
  })

  it.each([
    [{ ...vehicle, contact: 'LOST' as const }, null, { kind: 'VehicleUnreachable', lastSeenAt: at(5) }],
    [{ ...vehicle, epoch: null }, null, { kind: 'VehicleUnreachable', lastSeenAt: at(5) }],
    [vehicle, command, { kind: 'CommandUnderWay', command }],
  ])('refuses %j', (state, openCommand, refusal) => {
    expect(canReceive(state, openCommand)).toEqual({ ok: false, refusal })
  })
})
