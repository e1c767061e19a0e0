import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { expireDueBookings } from '../src/store/expiry.ts'
import { createFixture, type Fixture } from './fixture.ts'

// The policy allows one vehicle per booking. The hold supports several, all or none; an operator can raise the limit.
let fixture: Fixture
beforeAll(async () => {
  fixture = await createFixture()
  await fixture.rows('update booking.policy set max_items = 3')
})
afterEach(async () => {
  expect(await fixture.broken()).toEqual([])
})
afterAll(async () => {
  await fixture[Symbol.asyncDispose]()
})

const deadlocks = 'select deadlocks from pg_stat_database where datname = current_database()'

describe('a booking of two bookables', () => {
  it('has both, and authorises the sum', async () => {
    const pair = await fixture.vehicles(2)
    const outcome = await fixture.hold(randomUUID(), pair)
    expect(outcome).toMatchObject({ ok: true, value: { authorisation: { amountMinor: 5_000 } } })
    const names = outcome.ok ? outcome.value.items.map(({ vehicleId }) => vehicleId).sort() : []
    expect(names).toEqual(pair.map(({ publicId }) => publicId).sort())
  })

  it('is refused when one is taken, and names that one', async () => {
    const [free, taken] = await fixture.vehicles(2)
    await fixture.held(taken)
    expect(await fixture.hold(randomUUID(), [free, taken])).toMatchObject({
      ok: false,
      refusal: { kind: 'AlreadyTaken', takenIds: [taken.publicId] },
    })
    await fixture.held(free)
  })

  it('frees the second bookable when it has run out and the first is taken', async () => {
    const [one, other] = await fixture.vehicles(2)
    const old = await fixture.hold(randomUUID(), [one, other])
    if (!old.ok) throw new Error('not held')
    await fixture.passDeadline(old.value.id)
    const next = await fixture.held(one)
    expect(await fixture.row('select holder from booking.bookable where id = $1', [one.id])).toEqual({
      holder: next.id,
    })
    expect(await fixture.row('select holder from booking.bookable where id = $1', [other.id])).toEqual({ holder: null })
    expect(await fixture.read(old.value.id)).toMatchObject({ state: 'EXPIRED' })
  })

  it('can replace two overdue holds', async () => {
    const [one, other] = await fixture.vehicles(2)
    const old = [await fixture.held(one), await fixture.held(other)]
    await fixture.passDeadline(...old.map(({ id }) => id))
    expect(await fixture.hold(randomUUID(), [one, other])).toMatchObject({ ok: true })
    for (const { id } of old) expect(await fixture.read(id)).toMatchObject({ state: 'EXPIRED' })
  })

  it('can replace one overdue hold of both', async () => {
    const pair = await fixture.vehicles(2)
    const old = await fixture.hold(randomUUID(), pair)
    if (!old.ok) throw new Error('not held')
    await fixture.passDeadline(old.value.id)
    expect(await fixture.hold(randomUUID(), pair)).toMatchObject({ ok: true })
  })

  it('does not deadlock when it is overdue and two customers and the sweeper take it apart at once', async () => {
    const [one, other] = await fixture.vehicles(2)
    await fixture.rows('update booking.policy set max_holds_per_minute = 1000, max_abandoned = 1000')
    for (let round = 0; round < 60; round++) {
      const old = await fixture.hold(randomUUID(), round % 2 === 0 ? [one, other] : [other, one])
      if (!old.ok) throw new Error('not held')
      await fixture.passDeadline(old.value.id)
      const [a, b] = await Promise.all([fixture.held(one), fixture.held(other), expireDueBookings(fixture.pool)])
      await fixture.passDeadline(a.id, b.id)
      await expireDueBookings(fixture.pool)
    }
    expect(await fixture.row(deadlocks)).toEqual({ deadlocks: 0 })
  })

  it('goes to one of ten customers who request the same three in any order', async () => {
    const three = await fixture.vehicles(3)
    for (let round = 0; round < 10; round++) {
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          fixture.hold(randomUUID(), [...three.slice(i % 3), ...three.slice(0, i % 3)]),
        ),
      )
      const won = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value.id] : []))
      expect(won).toHaveLength(1)
      await fixture.passDeadline(...won)
    }
    expect(await fixture.row(deadlocks)).toEqual({ deadlocks: 0 })
  })
})
