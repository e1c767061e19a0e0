import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { expireDue } from '../src/store/expiry.ts'
import { type World, world } from './world.ts'

// Vehicles are booked one at a time; the engine underneath takes several, all or none. An operator may raise the limit.
let w: World
beforeAll(async () => {
  w = await world()
  await w.rows('update booking.policy set max_items = 3')
})
afterEach(async () => {
  expect(await w.broken()).toEqual([])
})
afterAll(async () => {
  await w[Symbol.asyncDispose]()
})

const deadlocks = 'select deadlocks from pg_stat_database where datname = current_database()'

describe('a booking of two things', () => {
  it('has both, at the sum of their authorisations', async () => {
    const pair = await w.vehicles(2)
    const outcome = await w.hold(randomUUID(), pair)
    expect(outcome).toMatchObject({ ok: true, value: { authorisation: { amountMinor: 5_000 } } })
    const names = outcome.ok ? outcome.value.items.map(({ vehicleId }) => vehicleId).sort() : []
    expect(names).toEqual(pair.map(({ publicId }) => publicId).sort())
  })

  it('has none when one is taken, and says which', async () => {
    const [free, taken] = await w.vehicles(2)
    await w.held(taken)
    expect(await w.hold(randomUUID(), [free, taken])).toMatchObject({
      ok: false,
      refusal: { kind: 'AlreadyTaken', takenIds: [taken.publicId] },
    })
    await w.held(free)
  })

  it('that ran out frees the other thing when one of them is taken', async () => {
    const [one, other] = await w.vehicles(2)
    const old = await w.hold(randomUUID(), [one, other])
    if (!old.ok) throw new Error('not held')
    await w.outlive(old.value.id)
    const next = await w.held(one)
    expect(await w.row('select holder from booking.bookable where id = $1', [one.id])).toEqual({ holder: next.id })
    expect(await w.row('select holder from booking.bookable where id = $1', [other.id])).toEqual({ holder: null })
    expect(await w.read(old.value.id)).toMatchObject({ state: 'EXPIRED' })
  })

  it('pushes two expired holds aside at once', async () => {
    const [one, other] = await w.vehicles(2)
    const old = [await w.held(one), await w.held(other)]
    await w.outlive(...old.map(({ id }) => id))
    expect(await w.hold(randomUUID(), [one, other])).toMatchObject({ ok: true })
    for (const { id } of old) expect(await w.read(id)).toMatchObject({ state: 'EXPIRED' })
  })

  it('pushes one expired hold of both aside', async () => {
    const pair = await w.vehicles(2)
    const old = await w.hold(randomUUID(), pair)
    if (!old.ok) throw new Error('not held')
    await w.outlive(old.value.id)
    expect(await w.hold(randomUUID(), pair)).toMatchObject({ ok: true })
  })

  it('is neither frozen nor fought over by customers who want its halves while the sweeper is at it', async () => {
    const [one, other] = await w.vehicles(2)
    await w.rows('update booking.policy set max_holds_per_minute = 1000, max_abandoned = 1000')
    for (let round = 0; round < 60; round++) {
      const old = await w.hold(randomUUID(), round % 2 === 0 ? [one, other] : [other, one])
      if (!old.ok) throw new Error('not held')
      await w.outlive(old.value.id)
      const [a, b] = await Promise.all([w.held(one), w.held(other), expireDue(w.pool)])
      await w.outlive(a.id, b.id)
      await expireDue(w.pool)
    }
    expect(await w.row(deadlocks)).toEqual({ deadlocks: 0 })
  })

  it('of ten that all want the same three in any order goes to one', async () => {
    const three = await w.vehicles(3)
    for (let round = 0; round < 10; round++) {
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, i) => w.hold(randomUUID(), [...three.slice(i % 3), ...three.slice(0, i % 3)])),
      )
      const won = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value.id] : []))
      expect(won).toHaveLength(1)
      await w.outlive(...won)
    }
    expect(await w.row(deadlocks)).toEqual({ deadlocks: 0 })
  })
})
