import { randomUUID } from 'node:crypto'
import { transaction } from '@holdfast/service/postgres'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { cancelBooking } from '../src/commands/cancelBooking.ts'
import { extendHold } from '../src/commands/extendHold.ts'
import { withdrawVehicle } from '../src/commands/withdrawVehicle.ts'
import { listVehicle } from '../src/store/bookables.ts'
import { expireDue, nextDueInMs } from '../src/store/expiry.ts'
import { type World, world } from './world.ts'

let w: World
beforeAll(async () => {
  w = await world()
})
afterEach(async () => {
  expect(await w.broken()).toEqual([])
  await expireDue(w.pool)
})
afterAll(async () => {
  await w[Symbol.asyncDispose]()
})

const oneHeld = async () => {
  const [vehicle] = await w.vehicles(1)
  const booking = await w.held(vehicle)
  return { vehicle, booking }
}
const confirmed = async () => {
  const { vehicle, booking } = await oneHeld()
  const { paymentId } = await w.claim(booking)
  expect(await w.confirm(booking.id, paymentId)).toBe(true)
  return { vehicle, booking, paymentId }
}
const holderOf = async (vehicleId: string) =>
  (await w.row<{ holder: string | null }>('select holder from booking.bookable where id = $1', [vehicleId])).holder

describe('extending a hold', () => {
  const extend = (customerId: string, bookingId: string, requestId: string = randomUUID()) =>
    extendHold(w.pool)({ customerId, bookingId, requestId })

  it('gives five minutes more, to booking and vehicle, and says so', async () => {
    const { booking } = await oneHeld()
    const outcome = await extend(booking.customerId, booking.id)
    const until = new Date(booking.holdExpiresAt.getTime() + 300_000)
    expect(outcome).toMatchObject({ ok: true, value: { state: 'HELD', extended: true, expiresAt: until } })
    expect(await w.read(booking.id)).toEqual(outcome.ok && outcome.value)
    expect(await w.events(booking.id)).toEqual(['HoldPlaced', 'BookingMoved'])
  })

  it('answers the same request with the same booking, ten times at once', async () => {
    const { booking } = await oneHeld()
    const requestId = randomUUID()
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => extend(booking.customerId, booking.id, requestId)),
    )
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0])
    expect(outcomes[0]?.ok).toBe(true)
  })

  it('is refused the second time, to strangers, for nothing, for an old hold and for a used requestId', async () => {
    const { booking } = await oneHeld()
    const requestId = randomUUID()
    await extend(booking.customerId, booking.id, requestId)
    const refusal = (kind: string) => ({ ok: false, refusal: expect.objectContaining({ kind }) })
    expect(await extend(booking.customerId, booking.id)).toEqual(refusal('AlreadyExtended'))
    expect(await extend(randomUUID(), booking.id)).toEqual(refusal('BookingNotFound'))
    expect(await extend(booking.customerId, randomUUID())).toEqual(refusal('BookingNotFound'))
    expect(await extend(booking.customerId, randomUUID(), requestId)).toEqual(refusal('RequestIdReused'))
    await w.outlive(booking.id)
    expect(await extend(booking.customerId, booking.id)).toEqual(refusal('HoldExpired'))
  })

  it('by one requestId for two bookings at once happens to one of them', async () => {
    const { booking } = await oneHeld()
    const [vehicle] = await w.vehicles(1)
    const second = await w.held(vehicle, booking.customerId)
    for (let round = 0; round < 20; round++) {
      const requestId = randomUUID()
      await w.rows('update booking.booking set extended = false where customer_id = $1', [booking.customerId])
      const outcomes = await Promise.all([booking, second].map(({ id }) => extend(booking.customerId, id, requestId)))
      expect(outcomes.map((outcome) => (outcome.ok ? 'extended' : outcome.refusal.kind)).sort()).toEqual([
        'RequestIdReused',
        'extended',
      ])
    }
  })
})

describe('cancelling', () => {
  const cancel = (customerId: string | null, bookingId: string) =>
    cancelBooking(w.pool)({ whose: customerId ? { customerId } : 'everybody', bookingId })

  it('ends a hold or a paid booking that has not begun, frees the vehicle and answers the same again', async () => {
    for (const { vehicle, booking } of [await oneHeld(), await confirmed()]) {
      const outcome = await cancel(booking.customerId, booking.id)
      expect(outcome).toMatchObject({ ok: true, value: { state: 'CANCELLED', reason: 'CUSTOMER' } })
      expect(await w.read(booking.id)).toEqual(outcome.ok && outcome.value)
      expect(await cancel(booking.customerId, booking.id)).toEqual(outcome)
      expect((await w.events(booking.id)).filter((type) => type === 'BookingCancelled')).toHaveLength(1)
      await w.held(vehicle)
    }
  })

  it('is an operator’s right as well, and then says so', async () => {
    const { booking } = await oneHeld()
    expect(await cancel(null, booking.id)).toMatchObject({ ok: true, value: { reason: 'OPERATOR' } })
  })

  it('is refused to strangers and while money is on its way or the ride runs', async () => {
    const { booking } = await oneHeld()
    expect(await cancel(randomUUID(), booking.id)).toEqual({ ok: false, refusal: { kind: 'BookingNotFound' } })
    const { paymentId } = await w.claim(booking)
    const wrong = (state: string) => ({ ok: false, refusal: { kind: 'WrongState', state } })
    expect(await cancel(booking.customerId, booking.id)).toEqual(wrong('PROCESSING'))
    await w.confirm(booking.id, paymentId)
    await w.start(booking.id)
    expect(await cancel(booking.customerId, booking.id)).toEqual(wrong('ACTIVE'))
  })
})

describe('payment’s claim', () => {
  it('takes the hold out of time’s reach', async () => {
    const { vehicle, booking } = await oneHeld()
    const claimed = await w.claim(booking)
    expect(claimed).toMatchObject({ outcome: 'CLAIMED', attempts_left: 4, amount_minor: 2_500 })
    expect(await w.read(booking.id)).toMatchObject({ state: 'PROCESSING', expiresAt: claimed.expires_at })
    await w.outlive(booking.id)
    expect(await expireDue(w.pool)).toBe(0)
    expect(await w.hold(randomUUID(), [vehicle])).toMatchObject({ refusal: { kind: 'AlreadyTaken' } })
  })

  it('is refused for another customer’s booking, an expired hold and one that is claimed', async () => {
    const { booking } = await oneHeld()
    expect(await w.claim({ ...booking, customerId: randomUUID() })).toMatchObject({ outcome: 'NOT_FOUND' })
    await w.outlive(booking.id)
    expect(await w.claim(booking)).toMatchObject({ outcome: 'HOLD_EXPIRED' })
    const other = await oneHeld()
    await w.claim(other.booking)
    expect(await w.claim(other.booking)).toMatchObject({ outcome: 'NOT_PAYABLE' })
  })

  it('declined gives the hold back as it was, until five attempts are used up', async () => {
    const { vehicle, booking } = await oneHeld()
    for (let left = 4; left >= 1; left--) {
      const { paymentId, attempts_left } = await w.claim(booking)
      expect(attempts_left).toBe(left)
      expect(await w.decline(booking.id, paymentId)).toBe('HELD')
      expect(await w.read(booking.id)).toMatchObject({ state: 'HELD', expiresAt: booking.holdExpiresAt })
    }
    const { paymentId } = await w.claim(booking)
    expect(await w.decline(booking.id, paymentId)).toBe('CANCELLED')
    expect(await w.read(booking.id)).toMatchObject({ state: 'CANCELLED', reason: 'PAYMENT_FAILED' })
    expect(await holderOf(vehicle.id)).toBeNull()
    expect(await w.decline(booking.id, paymentId)).toBeNull()
  })

  it('declined after the hold’s time ends the booking', async () => {
    const { booking } = await oneHeld()
    const { paymentId } = await w.claim(booking)
    await w.rows(`update booking.booking set hold_expires_at = now() - interval '1 second' where id = $1`, [booking.id])
    expect(await w.decline(booking.id, paymentId)).toBe('CANCELLED')
  })

  it('belongs to one payment: another can neither confirm nor decline', async () => {
    const { booking } = await oneHeld()
    const { paymentId } = await w.claim(booking)
    expect(await w.confirm(booking.id, randomUUID())).toBe(false)
    expect(await w.decline(booking.id, randomUUID())).toBeNull()
    expect(await w.confirm(booking.id, paymentId)).toBe(true)
    expect(await w.confirm(booking.id, paymentId)).toBe(false)
  })

  it('goes to review only past its deadline, keeps the vehicle, and ends either way', async () => {
    for (const end of ['CONFIRMED', 'CANCELLED'] as const) {
      const { vehicle, booking } = await oneHeld()
      const { paymentId } = await w.claim(booking)
      expect(await w.review(booking.id, paymentId)).toBe(false)
      await w.outlive(booking.id)
      expect(await w.review(booking.id, paymentId)).toBe(true)
      expect(await w.hold(randomUUID(), [vehicle])).toMatchObject({ refusal: { kind: 'AlreadyTaken' } })
      if (end === 'CONFIRMED') expect(await w.confirm(booking.id, paymentId)).toBe(true)
      else expect(await w.decline(booking.id, paymentId)).toBe('CANCELLED')
      expect(await w.read(booking.id)).toMatchObject({ state: end })
    }
  })
})

describe('a vehicle that is taken out of service while its customer pays', () => {
  const withdrawnInPayment = async () => {
    const { vehicle, booking } = await oneHeld()
    const { paymentId } = await w.claim(booking)
    await transaction(w.pool, (tx) => withdrawVehicle(tx, vehicle.id))
    return { vehicle, booking, paymentId }
  }

  it('is not confirmed, so the money is released', async () => {
    const { vehicle, booking, paymentId } = await withdrawnInPayment()
    expect(await w.confirm(booking.id, paymentId)).toBe(false)
    expect(await w.read(booking.id)).toMatchObject({ state: 'CANCELLED', reason: 'OPERATOR' })
    expect(await holderOf(vehicle.id)).toBeNull()
    expect(await w.confirm(booking.id, paymentId)).toBe(false)
  })

  it('is not held again when there is no money', async () => {
    const { booking, paymentId } = await withdrawnInPayment()
    expect(await w.decline(booking.id, paymentId)).toBe('CANCELLED')
  })

  it('is confirmed when it is back in time', async () => {
    const { vehicle, booking, paymentId } = await withdrawnInPayment()
    const back = {
      id: vehicle.id,
      publicId: vehicle.publicId,
      pricePlanId: 'scooter',
      latitude: 50.11,
      longitude: 8.68,
    }
    await transaction(w.pool, (tx) => listVehicle(tx, back))
    expect(await w.confirm(booking.id, paymentId)).toBe(true)
  })
})

describe('fleet', () => {
  it('starts a confirmed booking, once, and no other', async () => {
    const held = await oneHeld()
    expect(await w.start(held.booking.id)).toBe(false)
    const { booking } = await confirmed()
    const at = new Date('2026-11-21T10:00:00.000Z')
    expect(await w.start(booking.id, at)).toBe(true)
    expect(await w.read(booking.id)).toMatchObject({ state: 'ACTIVE', startedAt: at })
    expect(await w.start(booking.id)).toBe(false)
  })

  it('may ask for access and start, and nothing that is payment’s', async () => {
    const { booking } = await oneHeld()
    const access = 'select state from booking.access($1, $2)'
    const { rows } = await w.pools.fleet.query(access, [booking.id, booking.customerId])
    expect(rows).toEqual([{ state: 'HELD' }])
    expect((await w.pools.fleet.query(access, [booking.id, randomUUID()])).rows).toEqual([])
    await expect(w.pools.fleet.query('select booking.confirm_paid($1, $1, null)', [booking.id])).rejects.toThrow(
      'permission denied',
    )
    await expect(w.pools.payment.query('select booking.start($1, now(), null)', [booking.id])).rejects.toThrow(
      'permission denied',
    )
    await expect(w.pools.fleet.query('select from booking.booking')).rejects.toThrow('permission denied')
  })
})

describe('time', () => {
  it('ends holds and paid bookings that were never started, and tells which it was', async () => {
    const held = await oneHeld()
    const paid = await confirmed()
    const running = await confirmed()
    await w.start(running.booking.id)
    await w.outlive(held.booking.id, paid.booking.id)
    expect(await expireDue(w.pool)).toBe(2)
    expect((await w.events(held.booking.id)).at(-1)).toBe('HoldExpired')
    expect((await w.events(paid.booking.id)).at(-1)).toBe('BookingExpired')
    expect(await w.read(running.booking.id)).toMatchObject({ state: 'ACTIVE' })
    expect(await holderOf(paid.vehicle.id)).toBeNull()
    expect(await expireDue(w.pool)).toBe(0)
  })

  it('passes over what somebody is at, and knows when to look again', async () => {
    const { vehicle, booking } = await oneHeld()
    await w.outlive(booking.id)
    const busy = await w.pools.owner.connect()
    await busy.query('begin')
    await busy.query('select from booking.bookable where id = $1 for update', [vehicle.id])
    expect(await expireDue(w.pool)).toBe(0)
    expect(await nextDueInMs(w.pool)).toBeLessThan(0)
    await busy.query('rollback')
    busy.release()
    expect(await expireDue(w.pool)).toBe(1)
  })

  it('ends five hundred at once and the rest the next time', async () => {
    await w.rows('update booking.policy set max_open_holds = 1000, max_holds_per_minute = 1000, max_abandoned = 1000')
    const vehicles = await w.vehicles(620)
    const customerId = randomUUID()
    const ids: string[] = []
    for (let i = 0; i < vehicles.length; i += 20) {
      const some = await Promise.all(vehicles.slice(i, i + 20).map((vehicle) => w.held(vehicle, customerId)))
      ids.push(...some.map(({ id }) => id))
    }
    await w.outlive(...ids)
    expect(await expireDue(w.pool)).toBe(500)
    expect(await expireDue(w.pool)).toBe(120)
    await w.rows('update booking.policy set max_open_holds = 3, max_holds_per_minute = 10, max_abandoned = 3')
  })
})

describe('an illegal move', () => {
  it('is refused by the database, whoever tries', async () => {
    const { booking } = await oneHeld()
    await expect(
      w.rows(`update booking.booking set state = 'ACTIVE', started_at = now(), expires_at = null where id = $1`, [
        booking.id,
      ]),
    ).rejects.toMatchObject({ code: 'HB000' })
  })
})
