import { randomUUID } from 'node:crypto'
import { testRedis } from '@holdfast/dev/testing'
import { anonymous } from '@holdfast/service/identity'
import { transaction } from '@holdfast/service/postgres'
import { withTimeout } from '@holdfast/service/process'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { completeBooking } from '../src/commands/completeBooking.ts'
import type { Booking } from '../src/domain/booking.ts'
import { type Answer, bookingProcess, viewer } from './process.ts'
import { proxyTo } from './proxy.ts'
import { type World, world } from './world.ts'

let w: World
let redis: Awaited<ReturnType<typeof testRedis>>
let postgres: Awaited<ReturnType<typeof proxyTo>>
let subgraph: Awaited<ReturnType<typeof bookingProcess>>

beforeAll(async () => {
  w = await world()
  redis = await testRedis()
  postgres = await proxyTo(w.database.url('booking'))
  subgraph = await bookingProcess({ DATABASE_URL: postgres.url, REDIS_URL: redis.url })
})
afterEach(async () => {
  expect(await w.broken()).toEqual([])
})
afterAll(async () => {
  expect(await subgraph.stop()).toBe(0)
  postgres.close()
  await redis.stop()
  await w[Symbol.asyncDispose]()
})

const operator = viewer('op-1', 'operator')
const createBooking = `mutation ($input: CreateBookingInput!) {
  createBooking(input: $input) {
    __typename
    ... on CreateBookingSuccess {
      booking { id state expiresAt authorisation { amountMinor currency } items { vehicle { id price { cap { amountMinor } } } } }
    }
    ... on AlreadyTaken { takenIds alternatives { id } }
    ... on BookableNotFound { ids }
    ... on Problem { message }
  }
}`
interface Created {
  createBooking: { __typename: string; booking?: { id: string; state: string }; [fact: string]: unknown } | null
}
const create = (
  as: ReturnType<typeof viewer>,
  bookableId: string,
  requestId: string = randomUUID(),
  traceparent?: string,
) => subgraph.ask<Created>(createBooking, { input: { requestId, items: [{ bookableId }] } }, as, traceparent)
const codes = ({ errors = [] }: Answer<unknown>) => errors.map(({ extensions }) => extensions?.code)

const toActive = async (booking: Booking) => {
  const { paymentId } = await w.claim(booking)
  await w.confirm(booking.id, paymentId)
  await w.start(booking.id)
}
const toCompleted = async (booking: Booking, vehicleId: string) => {
  const publicId = randomUUID()
  const place = { latitude: 50.11, longitude: 8.68 }
  const command = { bookingId: booking.id, bookableId: vehicleId, endedAt: new Date(), publicId, place }
  await transaction(w.pool, (tx) => completeBooking(tx, command))
  return publicId
}

describe('the door', () => {
  it('answers nobody but the gateway', async () => {
    const body = JSON.stringify({ query: '{ me { role } }' })
    for (const identity of [{}, { 'x-holdfast-identity': 'e30.AAAA' }] as Record<string, string>[]) {
      const response = await fetch(`${subgraph.url}/graphql`, { method: 'POST', headers: identity, body })
      expect(response.status).toBe(401)
    }
  })

  it('is live, ready and counted', async () => {
    expect((await fetch(`${subgraph.url}/health/live`)).status).toBe(200)
    expect(await (await fetch(`${subgraph.url}/health/ready`)).json()).toMatchObject({ ready: true, postgres: 'ok' })
    await create(viewer(randomUUID()), randomUUID())
    const metrics = await (await fetch(`${subgraph.url}/metrics`)).text()
    expect(metrics).toMatch(/holdfast_booking_holds_total\{outcome="BookableNotFound"\} [1-9]/)
  })
})

describe('createBooking', () => {
  it('answers with the booking, or with the problem and its facts', async () => {
    const [vehicle, other] = await w.vehicles(2)
    const first = await create(viewer(randomUUID()), vehicle.publicId.toUpperCase())
    expect(first.data?.createBooking).toEqual({
      __typename: 'CreateBookingSuccess',
      booking: {
        id: expect.any(String),
        state: 'HELD',
        expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
        authorisation: { amountMinor: 2_500, currency: 'EUR' },
        items: [{ vehicle: { id: vehicle.publicId, price: { cap: { amountMinor: 2_500 } } } }],
      },
    })
    const second = await create(viewer(randomUUID()), vehicle.publicId)
    expect(second.data?.createBooking).toEqual({
      __typename: 'AlreadyTaken',
      takenIds: [vehicle.publicId],
      alternatives: [{ id: other.publicId }],
      message: expect.stringContaining('faster'),
    })
    const third = await create(viewer(randomUUID()), 'no uuid')
    expect(third.data?.createBooking).toMatchObject({ __typename: 'BookableNotFound', ids: ['no uuid'] })
  })

  it('carries the trace of who asked into the booking and its event', async () => {
    const [vehicle] = await w.vehicles(1)
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
    const id = randomUUID()
    await create(viewer(id), vehicle.publicId, undefined, `00-${trace}-00f067aa0ba902b7-01`)
    const { rows } = await w.pools.owner.query(
      `select b.traceparent as "inBooking", o.traceparent as "inEvent"
       from booking.booking b join booking.outbox o on o.subject = b.id where b.customer_id = $1`,
      [id],
    )
    expect(rows[0]).toEqual({ inBooking: expect.stringContaining(trace), inEvent: expect.stringContaining(trace) })
  })

  it('is for customers who are signed in, with a requestId that is one and something to book', async () => {
    const id = randomUUID()
    expect(codes(await create(anonymous, id))).toEqual(['UNAUTHENTICATED'])
    expect(codes(await create(operator, id))).toEqual(['FORBIDDEN'])
    expect(codes(await create(viewer('auth0|17'), id))).toEqual(['FORBIDDEN'])
    expect(codes(await create(viewer(randomUUID()), id, 'once'))).toEqual(['BAD_USER_INPUT'])
    const empty = { input: { requestId: randomUUID(), items: [] } }
    expect(codes(await subgraph.ask(createBooking, empty, viewer(randomUUID())))).toEqual(['BAD_USER_INPUT'])
  })
})

describe('another customer’s booking', () => {
  it('does not exist, whichever way it is asked for; operators see it', async () => {
    const [vehicle] = await w.vehicles(1)
    const { id, customerId } = await w.held(vehicle)
    const ask = `query ($id: ID!, $ref: [_Any!]!) { booking(id: $id) { id } _entities(representations: $ref) { ... on Booking { id customerId } } }`
    const variables = { id, ref: [{ __typename: 'Booking', id }] }
    for (const stranger of [viewer(randomUUID()), anonymous, viewer('v-1', 'vehicle')]) {
      expect(await subgraph.ask(ask, variables, stranger)).toEqual({ data: { booking: null, _entities: [null] } })
    }
    for (const allowed of [viewer(customerId), operator]) {
      const expected = { data: { booking: { id }, _entities: [{ id, customerId }] } }
      expect(await subgraph.ask(ask, variables, allowed)).toEqual(expected)
    }
    const cancel = `mutation ($id: ID!) { cancelBooking(input: { bookingId: $id }) { __typename } extendHold(input: { bookingId: $id, requestId: "${randomUUID()}" }) { __typename } }`
    expect(await subgraph.ask(cancel, { id }, viewer(randomUUID()))).toEqual({
      data: { cancelBooking: { __typename: 'BookingNotFound' }, extendHold: { __typename: 'BookingNotFound' } },
    })
    expect(await subgraph.ask('{ booking(id: "x") { id } }', {}, operator)).toEqual({ data: { booking: null } })
  })
})

describe('a booking that is over', () => {
  it('shows its fare and no longer the vehicle, whose new id is nobody’s business', async () => {
    const [vehicle] = await w.vehicles(1)
    const booking = await w.held(vehicle)
    await toActive(booking)
    const publicId = await toCompleted(booking, vehicle.id)
    const answer = await subgraph.ask(
      `query ($id: ID!) {
        booking(id: $id) {
          state expiresAt items { vehicle { id } price { unlock { amountMinor } } }
          fare { total { amountMinor } lines { kind quantity } }
        }
      }`,
      { id: booking.id },
      viewer(booking.customerId),
    )
    expect(answer).toEqual({
      data: {
        booking: {
          state: 'COMPLETED',
          expiresAt: null,
          items: [{ vehicle: null, price: { unlock: { amountMinor: 100 } } }],
          fare: {
            total: { amountMinor: 125 },
            lines: [
              { kind: 'UNLOCK', quantity: 1 },
              { kind: 'MINUTES', quantity: 1 },
            ],
          },
        },
      },
    })
    expect(JSON.stringify(answer)).not.toContain(publicId)
  })
})

describe('prices of vehicles', () => {
  it('are read for all of them at once; null for what cannot be booked', async () => {
    const vehicles = await w.vehicles(3)
    await w.rows('update booking.bookable set withdrawn = true where id = $1', [vehicles[2].id])
    const ids = [...vehicles.map(({ publicId }) => publicId), randomUUID(), 'no uuid']
    const prices =
      'query ($ref: [_Any!]!) { _entities(representations: $ref) { ... on Vehicle { id price { perMinute { amountMinor } } } } }'
    const { data } = await subgraph.ask<{ _entities: unknown[] }>(prices, {
      ref: ids.map((id) => ({ __typename: 'Vehicle', id })),
    })
    const price = { perMinute: { amountMinor: 25 } }
    expect(data?._entities).toEqual(ids.map((id, index) => ({ id, price: index < 2 ? price : null })))
  })
})

describe('myBookings', () => {
  const myBookings = `query ($first: Int! = 20, $after: String, $state: [BookingState!]) {
    myBookings(first: $first, after: $after, state: $state) { edges { node { id } } pageInfo { hasNextPage endCursor } }
  }`
  interface Page {
    myBookings: { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } }
  }

  it('come page by page, newest first, each once, even of the same instant', async () => {
    const customerId = randomUUID()
    await w.rows('update booking.policy set max_open_holds = 100')
    for (const vehicle of await w.vehicles(7)) await w.held(vehicle, customerId)
    await w.rows(`update booking.policy set max_open_holds = 3`)
    await w.rows(
      `update booking.booking set created_at = '2026-11-21 10:00:00.000123+00'
       where id in (select id from booking.booking where customer_id = $1 limit 4)`,
      [customerId],
    )
    const ids = await w.rows<{ id: string }>(
      'select id from booking.booking where customer_id = $1 order by created_at desc, id desc',
      [customerId],
    )
    const seen: string[] = []
    for (let after: string | null = null, more = true; more; ) {
      const { data }: Answer<Page> = await subgraph.ask<Page>(myBookings, { first: 2, after }, viewer(customerId))
      if (!data) throw new Error('no page')
      seen.push(...data.myBookings.edges.map(({ node }) => node.id))
      ;({ hasNextPage: more, endCursor: after } = data.myBookings.pageInfo)
    }
    expect(seen).toEqual(ids.map(({ id }) => id))
    const { data } = await subgraph.ask<Page>(myBookings, { state: ['EXPIRED'] }, viewer(customerId))
    expect(data?.myBookings).toEqual({ edges: [], pageInfo: { hasNextPage: false, endCursor: null } })
  })

  it('leave none out when the last one of a page has moved on before the next page', async () => {
    const [vehicle, ...others] = await w.vehicles(3)
    const customer = viewer(randomUUID())
    const oldest = await w.held(vehicle, customer.id)
    const middle = await w.held(others[0], customer.id)
    const newest = await w.held(others[1], customer.id)
    const held = { first: 1, state: ['HELD'] }
    const page = async (after: string | null) =>
      (await subgraph.ask<Page>(myBookings, { ...held, after }, customer)).data?.myBookings
    const first = await page(null)
    expect(first?.edges).toEqual([{ node: { id: newest.id } }])
    await w.claim(newest)
    const second = await page(first?.pageInfo.endCursor ?? null)
    expect(second?.edges).toEqual([{ node: { id: middle.id } }])
    expect((await page(second?.pageInfo.endCursor ?? null))?.edges).toEqual([{ node: { id: oldest.id } }])
  })

  it('have no page after a booking of somebody else', async () => {
    const [one, two, other] = await w.vehicles(3)
    const customer = viewer(randomUUID())
    await w.held(one, customer.id)
    await w.held(two, customer.id)
    const theirs = await w.held(other)
    const after = Buffer.from(theirs.id.replaceAll('-', ''), 'hex').toString('base64url')
    expect((await subgraph.ask<Page>(myBookings, { after }, customer)).data?.myBookings.edges).toEqual([])
  })

  it('are a customer’s, at most a hundred at a time, after a cursor that is one', async () => {
    const customer = viewer(randomUUID())
    expect(codes(await subgraph.ask(myBookings, {}, anonymous))).toEqual(['UNAUTHENTICATED'])
    for (const wrong of [{ first: 0 }, { first: 101 }, { after: 'somewhere' }])
      expect(codes(await subgraph.ask(myBookings, wrong, customer))).toEqual(['BAD_USER_INPUT'])
  })
})

describe('me', () => {
  it('is who the gateway says', async () => {
    const id = randomUUID()
    const me = '{ me { id role } }'
    expect(await subgraph.ask(me, {}, viewer(id))).toEqual({ data: { me: { id, role: 'CUSTOMER' } } })
    expect(await subgraph.ask(me)).toEqual({ data: { me: { id: null, role: 'ANONYMOUS' } } })
  })
})

describe('bookingStatus', () => {
  const bookingStatus = 'subscription ($id: ID!) { bookingStatus(bookingId: $id) { state extended expiresAt } }'
  interface Status {
    bookingStatus: { state: string; extended: boolean } | null
  }
  const next = async (stream: AsyncIterableIterator<{ data?: Status | null }>) => {
    const { value, done } = await withTimeout(5_000, 'the stream', stream.next())
    return done ? 'the end' : (value.data?.bookingStatus?.state ?? null)
  }

  it('tells the state as it is, then each change, and ends with the booking', async () => {
    const [vehicle] = await w.vehicles(1)
    const booking = await w.held(vehicle)
    const stream = subgraph.subscribe<Status>(bookingStatus, { id: booking.id }, viewer(booking.customerId))
    expect(await next(stream)).toBe('HELD')
    const { paymentId } = await w.claim(booking)
    expect(await next(stream)).toBe('PROCESSING')
    await w.confirm(booking.id, paymentId)
    expect(await next(stream)).toBe('CONFIRMED')
    await w.start(booking.id)
    expect(await next(stream)).toBe('ACTIVE')
    await toCompleted(booking, vehicle.id)
    expect(await next(stream)).toBe('COMPLETED')
    expect(await next(stream)).toBe('the end')
  })

  it('tells the end of a hold that nobody paid for', async () => {
    const [vehicle] = await w.vehicles(1)
    const booking = await w.held(vehicle)
    const stream = subgraph.subscribe<Status>(bookingStatus, { id: booking.id }, operator)
    expect(await next(stream)).toBe('HELD')
    await w.outlive(booking.id)
    let told = await next(stream)
    if (told === 'HELD') told = await next(stream) // With the end that outlive() gave it.
    expect(told).toBe('EXPIRED')
    expect(await next(stream)).toBe('the end')
  })

  it('is null, once, for another customer’s booking, for none and for no id', async () => {
    const [vehicle] = await w.vehicles(1)
    const { id } = await w.held(vehicle)
    for (const [wanted, as] of [
      [id, viewer(randomUUID())],
      [id, anonymous],
      [randomUUID(), operator],
      ['no uuid', operator],
    ] as const) {
      const stream = subgraph.subscribe<Status>(bookingStatus, { id: wanted }, as)
      expect(await next(stream)).toBeNull()
      expect(await next(stream)).toBe('the end')
    }
  })

  it('goes on when Redis and Postgres were away, and missed nothing that still holds', async () => {
    const [vehicle] = await w.vehicles(1)
    const booking = await w.held(vehicle)
    const stream = subgraph.subscribe<Status>(bookingStatus, { id: booking.id }, viewer(booking.customerId))
    expect(await next(stream)).toBe('HELD')
    await redis.kill()
    const { paymentId } = await w.claim(booking)
    await w.confirm(booking.id, paymentId)
    await redis.start()
    expect(await next(stream)).toBe('CONFIRMED')
    postgres.cut()
    await w.start(booking.id)
    expect(await next(stream)).toBe('ACTIVE')
    await stream.return?.()
  })
})

describe('with Redis paused', () => {
  it('holds all the same', async () => {
    const [vehicle] = await w.vehicles(1)
    await redis.pause()
    const answer = await withTimeout(1_000, 'the hold', create(viewer(randomUUID()), vehicle.publicId))
    await redis.resume()
    expect(answer.data?.createBooking?.__typename).toBe('CreateBookingSuccess')
  })
})

describe('with Postgres paused', () => {
  it('says UNAVAILABLE withTimeout 2.5 s to whoever asks, and is well again after', async () => {
    const [vehicle] = await w.vehicles(1)
    const { id, customerId } = await w.held(vehicle)
    const read = `{ booking(id: "${id}") { state } }`
    const cancel = `mutation { cancelBooking(input: { bookingId: "${id}" }) { __typename } }`
    const ask = (query: string) => subgraph.ask(query, {}, viewer(customerId))
    await ask(read)
    postgres.pause()
    const started = performance.now()
    const answers = await Promise.all([
      ask(read),
      ask(cancel),
      create(viewer(customerId), vehicle.publicId),
      ...Array.from({ length: 40 }, () => ask(read)), // More than the pool has connections.
    ])
    const took = performance.now() - started
    for (const answer of answers) expect(codes(answer)).toEqual(['UNAVAILABLE'])
    expect(took).toBeLessThan(2_500)
    expect((await fetch(`${subgraph.url}/health/ready`)).status).toBe(503)
    postgres.resume()
    expect(await withTimeout(3_000, 'the answer', ask(read))).toEqual({ data: { booking: { state: 'HELD' } } })
  })
})

describe('with Postgres gone', () => {
  it('says UNAVAILABLE at once, and is well again after', async () => {
    const [vehicle] = await w.vehicles(1)
    const customer = viewer(randomUUID())
    const read = `{ booking(id: "${randomUUID()}") { state } }`
    postgres.close()
    expect(codes(await subgraph.ask(read, {}, customer))).toEqual(['UNAVAILABLE'])
    expect(codes(await create(customer, vehicle.publicId))).toEqual(['UNAVAILABLE'])
    expect(
      codes(
        await subgraph.ask(
          `mutation { cancelBooking(input: { bookingId: "${randomUUID()}" }) { __typename } }`,
          {},
          customer,
        ),
      ),
    ).toEqual(['UNAVAILABLE'])
    await postgres.open()
    // A connection that was cut may be found to be so by the first request that wants to use it.
    const until = Date.now() + 3_000
    let answer = await create(customer, vehicle.publicId)
    while (answer.errors && Date.now() < until) answer = await create(customer, vehicle.publicId)
    expect(answer.data?.createBooking?.__typename).toBe('CreateBookingSuccess')
  })
})
