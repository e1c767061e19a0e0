import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Stack } from '@holdfast/dev'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { brokenInvariants } from '../invariants.ts'
import * as operations from '../journey/operations.ts'
import { ride } from '../journey/ride.ts'
import { PublicClient, RequestFailed } from '../public-client.ts'
import { freshStack } from '../stack.ts'

const near = { latitude: 50.1113, longitude: 8.675 }
const patienceMs = 3_000

let stack: Stack
let customer: PublicClient
beforeAll(async () => {
  stack = await freshStack('e2e-something-hangs', { fleet: 12 })
  customer = new PublicClient(stack.endpoint, await stack.token({ role: 'customer', sub: randomUUID() }))
}, 120_000)
afterAll(async () => {
  await customer?.close()
  await stack?.stop()
})

/** The answer, or the code of the error, and how long it took. */
async function timed(
  query: string,
  variables: Record<string, unknown>,
): Promise<{ ms: number; code: string; data: unknown }> {
  const from = performance.now()
  try {
    const data = await customer.requestOnce(query, variables)
    return { ms: performance.now() - from, code: 'OK', data }
  } catch (err) {
    if (!(err instanceof RequestFailed)) throw err
    return { ms: performance.now() - from, code: err.code, data: undefined }
  }
}

const mine = `query { myBookings { edges { node { id state } } } }`

describe('a dependency stops answering without closing anything', () => {
  // What still answers then is in the second column: a search needs either Redis or Postgres.
  it.each([
    ['postgres', mine, ['UNAVAILABLE']],
    ['booking', mine, ['UNAVAILABLE']],
    ['fleet', operations.find, ['UNAVAILABLE']],
    ['redis', operations.find, ['OK', 'UNAVAILABLE']],
  ] as const)(
    '%s: says so within 3 s and recovers by itself',
    async (name, query, codes) => {
      await stack.process(name).pause()
      try {
        const { ms, code } = await timed(query, { near, radiusMeters: 1_000 })
        expect(codes).toContain(code)
        expect(ms).toBeLessThan(patienceMs)
      } finally {
        await stack.process(name).resume()
      }
      await expect(customer.request(query, { near, radiusMeters: 1_000 })).resolves.toBeDefined()
    },
    60_000,
  )

  it('mosquitto: an unlock is said to have timed out or goes through when it is back, never later', async () => {
    await stack.process('mosquitto').pause()
    await sleep(500)
    await stack.process('mosquitto').resume()
    await expect(ride(customer, near)).resolves.toBeDefined()
  }, 120_000)

  it('stripe: the customer is told that it goes on without them, and it does', async () => {
    const other = new PublicClient(stack.endpoint, await stack.token({ role: 'customer', sub: randomUUID() }))
    const { vehiclesNear } = await other.request<{ vehiclesNear: { vehicles: { vehicle: { id: string } }[] } }>(
      operations.find,
      { near, radiusMeters: 3_000 },
    )
    const { createBooking } = await other.request<{ createBooking: { booking: { id: string } } }>(operations.hold, {
      requestId: randomUUID(),
      vehicleId: vehiclesNear.vehicles[0]?.vehicle.id,
    })
    const bookingId = createBooking.booking.id
    await stack.process('stripe-emulator').pause()
    const from = performance.now()
    const { authorizePayment } = await other.requestOnce<{ authorizePayment: { __typename: string } }>(operations.pay, {
      requestId: randomUUID(),
      bookingId,
      paymentMethodId: 'pm_card_visa',
    })
    expect(performance.now() - from).toBeLessThan(patienceMs)
    expect(authorizePayment.__typename).toBe('PaymentPending')
    await stack.process('stripe-emulator').resume()
    const deadline = Date.now() + 30_000
    for (;;) {
      const { booking } = await other.request<{ booking: { state: string } }>(operations.booking, { bookingId })
      if (booking.state === 'CONFIRMED') break
      if (Date.now() > deadline) throw new Error(`still ${booking.state}`)
      await sleep(200)
    }
    await other.request(
      `mutation ($bookingId: ID!) { cancelBooking(input: { bookingId: $bookingId }) { __typename } }`,
      {
        bookingId,
      },
    )
    await other.close()
    expect(await brokenInvariants(stack)).toEqual([])
  }, 60_000)
})
