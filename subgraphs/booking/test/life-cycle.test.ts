import { randomUUID } from 'node:crypto'
import { transaction } from '@holdfast/service/postgres'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { cancelBooking } from '../src/commands/cancelBooking.ts'
import { extendHold } from '../src/commands/extendHold.ts'
import { withdrawVehicle } from '../src/commands/withdrawVehicle.ts'
import { listVehicle } from '../src/store/bookables.ts'
import { expireDueBookings, msUntilNextDue } from '../src/store/expiry.ts'
import { createFixture, type Fixture } from './fixture.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await createFixture()
})
afterEach(async () => {
  expect(await fixture.broken()).toEqual([])
  await expireDueBookings(fixture.pool)
})
afterAll(async () => {
  await fixture[Symbol.asyncDispose]()
})

const oneHeld = async () => {
  const [vehicle] = await fixture.vehicles(1)
  const booking = await fixture.held(vehicle)
  return { vehicle, booking }
}
const confirmed = async () => {
  const { vehicle, booking } = await oneHeld()
  const { paymentId } = await fixture.claim(booking)
  expect(await fixture.confirm(booking.id, paymentId)).toBe(true)
  return { vehicle, booking, paymentId }
}
const holderOf = async (vehicleId: string) =>
  (await fixture.row<{ holder: string | null }>('select holder from booking.bookable where id = $1', [vehicleId]))
    .holder

describe('extending a hold', () => {
  const extend = (customerId: string, bookingId: string, requestId: string = randomUUID()) =>
    extendHold(fixture, { customerId, bookingId, requestId })

  it('gives booking and vehicle five minutes more and publishes that', async () => {
    const { booking } = await oneHeld()
    const outcome = await extend(booking.customerId, booking.id)
    const until = new Date(booking.holdExpiresAt.getTime() + 300_000)
    expect(outcome).toMatchObject({ ok: true, value: { state: 'HELD', extended: true, expiresAt: until } })
    expect(await fixture.read(booking.id)).toEqual(outcome.ok && outcome.value)
    expect(await fixture.events(booking.id)).toEqual(['HoldPlaced', 'BookingMoved'])
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

  it('is refused the second time, to other customers, for an unknown or expired hold and for a used requestId', async () => {
    const { booking } = await oneHeld()
    const requestId = randomUUID()
    await extend(booking.customerId, booking.id, requestId)
    const refusal = (kind: string) => ({ ok: false, refusal: expect.objectContaining({ kind }) })
    expect(await extend(booking.customerId, booking.id)).toEqual(refusal('AlreadyExtended'))
    expect(await extend(randomUUID(), booking.id)).toEqual(refusal('BookingNotFound'))
    expect(await extend(booking.customerId, randomUUID())).toEqual(refusal('BookingNotFound'))
    expect(await extend(booking.customerId, randomUUID(), requestId)).toEqual(refusal('RequestIdReused'))
    await fixture.passDeadline(booking.id)
    expect(await extend(booking.customerId, booking.id)).toEqual(refusal('HoldExpired'))
  })

  it('with one requestId for two bookings at once extends one of them', async () => {
    const { booking } = await oneHeld()
    const [vehicle] = await fixture.vehicles(1)
    const second = await fixture.held(vehicle, booking.customerId)
    for (let round = 0; round < 20; round++) {
      const requestId = randomUUID()
      await fixture.rows('update booking.booking set extended = false where customer_id = $1', [booking.customerId])
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
    cancelBooking(fixture, { visible: customerId ? { customerId } : 'all', bookingId })

  it('ends a hold or a paid booking that has not started, frees the vehicle and can be repeated', async () => {
    for (const { vehicle, booking } of [await oneHeld(), await confirmed()]) {
      const outcome = await cancel(booking.customerId, booking.id)
      expect(outcome).toMatchObject({ ok: true, value: { state: 'CANCELLED', reason: 'CUSTOMER' } })
      expect(await fixture.read(booking.id)).toEqual(outcome.ok && outcome.value)
      expect(await cancel(booking.customerId, booking.id)).toEqual(outcome)
      expect((await fixture.events(booking.id)).filter((type) => type === 'BookingCancelled')).toHaveLength(1)
      await fixture.held(vehicle)
    }
  })

  it('is possible for operators, with their own reason', async () => {
    const { booking } = await oneHeld()
    expect(await cancel(null, booking.id)).toMatchObject({ ok: true, value: { reason: 'OPERATOR' } })
  })

  it('is refused to other customers, during payment and during the ride', async () => {
    const { booking } = await oneHeld()
    expect(await cancel(randomUUID(), booking.id)).toEqual({ ok: false, refusal: { kind: 'BookingNotFound' } })
    const { paymentId } = await fixture.claim(booking)
    const wrong = (state: string) => ({ ok: false, refusal: { kind: 'WrongState', state } })
    expect(await cancel(booking.customerId, booking.id)).toEqual(wrong('PROCESSING'))
    await fixture.confirm(booking.id, paymentId)
    await fixture.start(booking.id)
    expect(await cancel(booking.customerId, booking.id)).toEqual(wrong('ACTIVE'))
  })
})

describe('payment’s claim', () => {
  it('keeps the hold from expiring', async () => {
    const { vehicle, booking } = await oneHeld()
    const claimed = await fixture.claim(booking)
    expect(claimed).toMatchObject({ outcome: 'CLAIMED', attempts_left: 4, amount_minor: 2_500 })
    expect(await fixture.read(booking.id)).toMatchObject({ state: 'PROCESSING', expiresAt: claimed.expires_at })
    await fixture.passDeadline(booking.id)
    expect(await expireDueBookings(fixture.pool)).toBe(0)
    expect(await fixture.hold(randomUUID(), [vehicle])).toMatchObject({ refusal: { kind: 'AlreadyTaken' } })
  })

  it('is refused for another customer’s booking, an expired hold and one that is claimed', async () => {
    const { booking } = await oneHeld()
    expect(await fixture.claim({ ...booking, customerId: randomUUID() })).toMatchObject({ outcome: 'NOT_FOUND' })
    await fixture.passDeadline(booking.id)
    expect(await fixture.claim(booking)).toMatchObject({ outcome: 'HOLD_EXPIRED' })
    const other = await oneHeld()
    await fixture.claim(other.booking)
    expect(await fixture.claim(other.booking)).toMatchObject({ outcome: 'NOT_PAYABLE' })
  })

  it('returns to the hold when declined, until five attempts are used up', async () => {
    const { vehicle, booking } = await oneHeld()
    for (let left = 4; left >= 1; left--) {
      const { paymentId, attempts_left } = await fixture.claim(booking)
      expect(attempts_left).toBe(left)
      expect(await fixture.decline(booking.id, paymentId)).toBe('HELD')
      expect(await fixture.read(booking.id)).toMatchObject({ state: 'HELD', expiresAt: booking.holdExpiresAt })
    }
    const { paymentId } = await fixture.claim(booking)
    expect(await fixture.decline(booking.id, paymentId)).toBe('CANCELLED')
    expect(await fixture.read(booking.id)).toMatchObject({ state: 'CANCELLED', reason: 'PAYMENT_FAILED' })
    expect(await holderOf(vehicle.id)).toBeNull()
    expect(await fixture.decline(booking.id, paymentId)).toBeNull()
  })

  it('ends the booking when declined after the hold’s deadline', async () => {
    const { booking } = await oneHeld()
    const { paymentId } = await fixture.claim(booking)
    await fixture.rows(`update booking.booking set hold_expires_at = now() - interval '1 second' where id = $1`, [
      booking.id,
    ])
    expect(await fixture.decline(booking.id, paymentId)).toBe('CANCELLED')
  })

  it('belongs to one payment: another can neither confirm nor decline', async () => {
    const { booking } = await oneHeld()
    const { paymentId } = await fixture.claim(booking)
    expect(await fixture.confirm(booking.id, randomUUID())).toBe(false)
    expect(await fixture.decline(booking.id, randomUUID())).toBeNull()
    expect(await fixture.confirm(booking.id, paymentId)).toBe(true)
    expect(await fixture.confirm(booking.id, paymentId)).toBe(false)
  })

  it('goes to review only after its deadline, keeps the vehicle, and ends confirmed or declined', async () => {
    for (const end of ['CONFIRMED', 'CANCELLED'] as const) {
      const { vehicle, booking } = await oneHeld()
      const { paymentId } = await fixture.claim(booking)
      expect(await fixture.review(booking.id, paymentId)).toBe(false)
      await fixture.passDeadline(booking.id)
      expect(await fixture.review(booking.id, paymentId)).toBe(true)
      expect(await fixture.hold(randomUUID(), [vehicle])).toMatchObject({ refusal: { kind: 'AlreadyTaken' } })
      if (end === 'CONFIRMED') expect(await fixture.confirm(booking.id, paymentId)).toBe(true)
      else expect(await fixture.decline(booking.id, paymentId)).toBe('CANCELLED')
      expect(await fixture.read(booking.id)).toMatchObject({ state: end })
    }
  })
})

describe('a booking whose vehicle is taken out of service during payment', () => {
  const withdrawnInPayment = async () => {
    const { vehicle, booking } = await oneHeld()
    const { paymentId } = await fixture.claim(booking)
    await transaction(fixture.pool, (tx) => withdrawVehicle(tx, vehicle.id))
    return { vehicle, booking, paymentId }
  }

  it('is cancelled instead of confirmed', async () => {
    const { vehicle, booking, paymentId } = await withdrawnInPayment()
    expect(await fixture.confirm(booking.id, paymentId)).toBe(false)
    expect(await fixture.read(booking.id)).toMatchObject({ state: 'CANCELLED', reason: 'OPERATOR' })
    expect(await holderOf(vehicle.id)).toBeNull()
    expect(await fixture.confirm(booking.id, paymentId)).toBe(false)
  })

  it('is cancelled when payment is declined', async () => {
    const { booking, paymentId } = await withdrawnInPayment()
    expect(await fixture.decline(booking.id, paymentId)).toBe('CANCELLED')
  })

  it('is confirmed when the vehicle is back before that', async () => {
    const { vehicle, booking, paymentId } = await withdrawnInPayment()
    const back = {
      id: vehicle.id,
      publicId: vehicle.publicId,
      pricePlanId: 'scooter',
      latitude: 50.11,
      longitude: 8.68,
    }
    await transaction(fixture.pool, (tx) => listVehicle(tx, back))
    expect(await fixture.confirm(booking.id, paymentId)).toBe(true)
  })
})

describe('fleet', () => {
  it('starts a confirmed booking once, and no other booking', async () => {
    const held = await oneHeld()
    expect(await fixture.start(held.booking.id)).toBe(false)
    const { booking } = await confirmed()
    const at = new Date('2026-11-21T10:00:00.000Z')
    expect(await fixture.start(booking.id, at)).toBe(true)
    expect(await fixture.read(booking.id)).toMatchObject({ state: 'ACTIVE', startedAt: at })
    expect(await fixture.start(booking.id)).toBe(false)
  })

  it('may call access and start, and none of payment’s functions', async () => {
    const { booking } = await oneHeld()
    const access = 'select state from booking.access($1, $2)'
    const { rows } = await fixture.pools.fleet.query(access, [booking.id, booking.customerId])
    expect(rows).toEqual([{ state: 'HELD' }])
    expect((await fixture.pools.fleet.query(access, [booking.id, randomUUID()])).rows).toEqual([])
    await expect(fixture.pools.fleet.query('select booking.confirm_paid($1, $1, null)', [booking.id])).rejects.toThrow(
      'permission denied',
    )
    await expect(fixture.pools.payment.query('select booking.start($1, now(), null)', [booking.id])).rejects.toThrow(
      'permission denied',
    )
    await expect(fixture.pools.fleet.query('select from booking.booking')).rejects.toThrow('permission denied')
  })
})

describe('time', () => {
  it('ends holds and paid bookings that were not started, with different events', async () => {
    const held = await oneHeld()
    const paid = await confirmed()
    const running = await confirmed()
    await fixture.start(running.booking.id)
    await fixture.passDeadline(held.booking.id, paid.booking.id)
    expect(await expireDueBookings(fixture.pool)).toBe(2)
    expect((await fixture.events(held.booking.id)).at(-1)).toBe('HoldExpired')
    expect((await fixture.events(paid.booking.id)).at(-1)).toBe('BookingExpired')
    expect(await fixture.read(running.booking.id)).toMatchObject({ state: 'ACTIVE' })
    expect(await holderOf(paid.vehicle.id)).toBeNull()
    expect(await expireDueBookings(fixture.pool)).toBe(0)
  })

  it('skips bookings that are locked, and reports them as still due', async () => {
    const { vehicle, booking } = await oneHeld()
    await fixture.passDeadline(booking.id)
    const busy = await fixture.pools.owner.connect()
    await busy.query('begin')
    await busy.query('select from booking.bookable where id = $1 for update', [vehicle.id])
    expect(await expireDueBookings(fixture.pool)).toBe(0)
    expect(await msUntilNextDue(fixture.pool)).toBeLessThan(0)
    await busy.query('rollback')
    busy.release()
    expect(await expireDueBookings(fixture.pool)).toBe(1)
  })

  it('ends at most five hundred bookings at once', async () => {
    await fixture.rows(
      'update booking.policy set max_open_holds = 1000, max_holds_per_minute = 1000, max_abandoned = 1000',
    )
    const vehicles = await fixture.vehicles(620)
    const customerId = randomUUID()
    const ids: string[] = []
    for (let i = 0; i < vehicles.length; i += 20) {
      const some = await Promise.all(vehicles.slice(i, i + 20).map((vehicle) => fixture.held(vehicle, customerId)))
      ids.push(...some.map(({ id }) => id))
    }
    await fixture.passDeadline(...ids)
    expect(await expireDueBookings(fixture.pool)).toBe(500)
    expect(await expireDueBookings(fixture.pool)).toBe(120)
    await fixture.rows('update booking.policy set max_open_holds = 3, max_holds_per_minute = 10, max_abandoned = 3')
  })
})

describe('an illegal move', () => {
  it('is refused by the database, also to its owner', async () => {
    const { booking } = await oneHeld()
    await expect(
      fixture.rows(`update booking.booking set state = 'ACTIVE', started_at = now(), expires_at = null where id = $1`, [
        booking.id,
      ]),
    ).rejects.toMatchObject({ code: 'HB000' })
  })
})
