import { randomUUID } from 'node:crypto'
import { testRedis } from '@holdfast/dev/testing'
import { anonymous } from '@holdfast/service/identity'
import { transaction } from '@holdfast/service/postgres'
import { withTimeout } from '@holdfast/service/process'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { completeBooking } from '../src/commands/completeBooking.ts'
import type { Booking } from '../src/domain/booking.ts'
import { createFixture, type Fixture } from './fixture.ts'
import { type Answer, bookingProcess, viewer } from './subgraph-process.ts'
import { proxyTo } from './tcp-proxy.ts'

let fixture: Fixture
let redis: Awaited<ReturnType<typeof testRedis>>
let postgres: Awaited<ReturnType<typeof proxyTo>>
let subgraph: Awaited<ReturnType<typeof bookingProcess>>

beforeAll(async () => {
  fixture = await createFixture()
  redis = await testRedis()
  postgres = await proxyTo(fixture.database.url('booking'))
  subgraph = await bookingProcess({ DATABASE_URL: postgres.url, REDIS_URL: redis.url })
})
afterEach(async () => {
  expect(await fixture.broken()).toEqual([])
})
afterAll(async () => {
  expect(await subgraph.stop()).toBe(0)
  postgres.close()
  await redis.stop()
  await fixture[Symbol.asyncDispose]()
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
  const { paymentId } = await fixture.claim(booking)
  await fixture.confirm(booking.id, paymentId)
  await fixture.start(booking.id)
}
const toCompleted = async (booking: Booking, vehicleId: string) => {
  const publicId = randomUUID()
  const place = { latitude: 50.11, longitude: 8.68 }
  const command = { bookingId: booking.id, bookableId: vehicleId, endedAt: new Date(), publicId, place }
  await transaction(fixture.pool, (tx) => completeBooking(tx, command))
  return publicId
}

describe('the HTTP server', () => {
  it('answers nobody but the gateway', async () => {
    const body = JSON.stringify({ query: '{ me { role } }' })
    for (const identity of [{}, { 'x-holdfast-identity': 'e30.AAAA' }] as Record<string, string>[]) {
      const response = await fetch(`${subgraph.url}/graphql`, { method: 'POST', headers: identity, body })
      expect(response.status).toBe(401)
    }
  })

  it('reports that it is live and ready, and counts holds', async () => {
    expect((await fetch(`${subgraph.url}/health/live`)).status).toBe(200)
    expect(await (await fetch(`${subgraph.url}/health/ready`)).json()).toMatchObject({ ready: true, postgres: 'ok' })
    await create(viewer(randomUUID()), randomUUID())
    const metrics = await (await fetch(`${subgraph.url}/metrics`)).text()
    expect(metrics).toMatch(/holdfast_booking_holds_total\{outcome="BookableNotFound"\} [1-9]/)
  })
})

describe('createBooking', () => {
  it('answers with the booking, or with a problem and its facts', async () => {
    const [vehicle, other] = await fixture.vehicles(2)
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

  it('carries the trace of the request into the booking and its event', async () => {
    const [vehicle] = await fixture.vehicles(1)
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
    const id = randomUUID()
    await create(viewer(id), vehicle.publicId, undefined, `00-${trace}-00f067aa0ba902b7-01`)
    const { rows } = await fixture.pools.owner.query(
      `select b.traceparent as "inBooking", o.traceparent as "inEvent"
       from booking.booking b join booking.outbox o on o.subject = b.id where b.customer_id = $1`,
      [id],
    )
    expect(rows[0]).toEqual({ inBooking: expect.stringContaining(trace), inEvent: expect.stringContaining(trace) })
  })

  it('needs a customer who is signed in, a UUID as requestId and at least one bookable', async () => {
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
  it('does not exist for other customers, in no field; operators see it', async () => {
    const [vehicle] = await fixture.vehicles(1)
    const { id, customerId } = await fixture.held(vehicle)
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

describe('a completed booking', () => {
  it('shows its fare and no longer the vehicle, whose new id stays private', async () => {
    const [vehicle] = await fixture.vehicles(1)
    const booking = await fixture.held(vehicle)
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
  it('are null for vehicles that cannot be booked', async () => {
    const vehicles = await fixture.vehicles(3)
    await fixture.rows('update booking.bookable set withdrawn = true where id = $1', [vehicles[2].id])
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

  it('pages through all bookings, newest first, each once, also those of the same instant', async () => {
    const customerId = randomUUID()
    await fixture.rows('update booking.policy set max_open_holds = 100')
    for (const vehicle of await fixture.vehicles(7)) await fixture.held(vehicle, customerId)
    await fixture.rows(`update booking.policy set max_open_holds = 3`)
    await fixture.rows(
      `update booking.booking set created_at = '2026-11-21 10:00:00.000123+00'
       where id in (select id from booking.booking where customer_id = $1 limit 4)`,
      [customerId],
    )
    const ids = await fixture.rows<{ id: string }>(
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

  it('leaves none out when the last one of a page changes its state before the next page', async () => {
    const [vehicle, ...others] = await fixture.vehicles(3)
    const customer = viewer(randomUUID())
    const oldest = await fixture.held(vehicle, customer.id)
    const middle = await fixture.held(others[0], customer.id)
    const newest = await fixture.held(others[1], customer.id)
    const held = { first: 1, state: ['HELD'] }
    const page = async (after: string | null) =>
      (await subgraph.ask<Page>(myBookings, { ...held, after }, customer)).data?.myBookings
    const first = await page(null)
    expect(first?.edges).toEqual([{ node: { id: newest.id } }])
    await fixture.claim(newest)
    const second = await page(first?.pageInfo.endCursor ?? null)
    expect(second?.edges).toEqual([{ node: { id: middle.id } }])
    expect((await page(second?.pageInfo.endCursor ?? null))?.edges).toEqual([{ node: { id: oldest.id } }])
  })

  it('has no page after another customer’s booking', async () => {
    const [one, two, other] = await fixture.vehicles(3)
    const customer = viewer(randomUUID())
    await fixture.held(one, customer.id)
    await fixture.held(two, customer.id)
    const theirs = await fixture.held(other)
    const after = Buffer.from(theirs.id.replaceAll('-', ''), 'hex').toString('base64url')
    expect((await subgraph.ask<Page>(myBookings, { after }, customer)).data?.myBookings.edges).toEqual([])
  })

  it('needs a customer, at most 100 at a time and a valid cursor', async () => {
    const customer = viewer(randomUUID())
    expect(codes(await subgraph.ask(myBookings, {}, anonymous))).toEqual(['UNAUTHENTICATED'])
    for (const wrong of [{ first: 0 }, { first: 101 }, { after: 'somewhere' }])
      expect(codes(await subgraph.ask(myBookings, wrong, customer))).toEqual(['BAD_USER_INPUT'])
  })
})

describe('me', () => {
  it('is the viewer that the gateway signed', async () => {
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
    return done ? 'completed' : (value.data?.bookingStatus?.state ?? null)
  }

  it('sends the state, then each change, and completes when the booking ends', async () => {
    const [vehicle] = await fixture.vehicles(1)
    const booking = await fixture.held(vehicle)
    const stream = subgraph.subscribe<Status>(bookingStatus, { id: booking.id }, viewer(booking.customerId))
    expect(await next(stream)).toBe('HELD')
    const { paymentId } = await fixture.claim(booking)
    expect(await next(stream)).toBe('PROCESSING')
    await fixture.confirm(booking.id, paymentId)
    expect(await next(stream)).toBe('CONFIRMED')
    await fixture.start(booking.id)
    expect(await next(stream)).toBe('ACTIVE')
    await toCompleted(booking, vehicle.id)
    expect(await next(stream)).toBe('COMPLETED')
    expect(await next(stream)).toBe('completed')
  })

  it('sends EXPIRED when nobody pays for the hold', async () => {
    const [vehicle] = await fixture.vehicles(1)
    const booking = await fixture.held(vehicle)
    const stream = subgraph.subscribe<Status>(bookingStatus, { id: booking.id }, operator)
    expect(await next(stream)).toBe('HELD')
    await fixture.passDeadline(booking.id)
    let state = await next(stream)
    if (state === 'HELD') state = await next(stream) // With the deadline that passDeadline() set.
    expect(state).toBe('EXPIRED')
    expect(await next(stream)).toBe('completed')
  })

  it('sends one null for another customer’s booking, an unknown id and no id', async () => {
    const [vehicle] = await fixture.vehicles(1)
    const booking = await fixture.held(vehicle)
    for (const [id, as] of [
      [booking.id, viewer(randomUUID())],
      [booking.id, anonymous],
      [randomUUID(), operator],
      ['no uuid', operator],
    ] as const) {
      const stream = subgraph.subscribe<Status>(bookingStatus, { id }, as)
      expect(await next(stream)).toBeNull()
      expect(await next(stream)).toBe('completed')
    }
  })

  it('continues after Redis and Postgres were away, with the latest state', async () => {
    const [vehicle] = await fixture.vehicles(1)
    const booking = await fixture.held(vehicle)
    const stream = subgraph.subscribe<Status>(bookingStatus, { id: booking.id }, viewer(booking.customerId))
    expect(await next(stream)).toBe('HELD')
    await redis.kill()
    const { paymentId } = await fixture.claim(booking)
    await fixture.confirm(booking.id, paymentId)
    await redis.start()
    expect(await next(stream)).toBe('CONFIRMED')
    postgres.cut()
    await fixture.start(booking.id)
    expect(await next(stream)).toBe('ACTIVE')
    await stream.return?.()
  })
})

describe('with Redis paused', () => {
  it('holds as always', async () => {
    const [vehicle] = await fixture.vehicles(1)
    await redis.pause()
    const answer = await withTimeout(1_000, 'the hold', create(viewer(randomUUID()), vehicle.publicId))
    await redis.resume()
    expect(answer.data?.createBooking?.__typename).toBe('CreateBookingSuccess')
  })
})

describe('with Postgres paused', () => {
  it('answers UNAVAILABLE within 2.5 s, and recovers', async () => {
    const [vehicle] = await fixture.vehicles(1)
    const { id, customerId } = await fixture.held(vehicle)
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
  it('answers UNAVAILABLE at once, and recovers', async () => {
    const [vehicle] = await fixture.vehicles(1)
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
    // The first request on a broken connection may still fail.
    const until = Date.now() + 3_000
    let answer = await create(customer, vehicle.publicId)
    while (answer.errors && Date.now() < until) answer = await create(customer, vehicle.publicId)
    expect(answer.data?.createBooking?.__typename).toBe('CreateBookingSuccess')
  })
})
