import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Stack } from '@holdfast/dev'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { cityCentre, holdNearestVehicle } from '../hold-vehicle.ts'
import { brokenInvariants } from '../invariants/whole-system.ts'
import * as operations from '../journey/operations.ts'
import { ride } from '../journey/ride.ts'
import { poll } from '../poll.ts'
import { newClient, type PublicClient, RequestFailed } from '../public-client.ts'
import { freshStack } from '../stack.ts'

const maxResponseMs = 3_000

let stack: Stack
let customer: PublicClient
beforeAll(async () => {
  stack = await freshStack('e2e-process-paused', { fleet: 12 })
  customer = await newClient(stack, 'customer')
}, 120_000)
afterAll(async () => {
  await customer?.close()
  await stack?.stop()
})

/** The code of the error, or OK, and the time of the response. */
async function timedRequest(query: string, variables: Record<string, unknown>): Promise<{ ms: number; code: string }> {
  const startedAt = performance.now()
  const code = await customer.requestOnce(query, variables).then(
    () => 'OK',
    (err: unknown) => {
      if (!(err instanceof RequestFailed)) throw err
      return err.code
    },
  )
  return { ms: performance.now() - startedAt, code }
}

const myBookings = `query { myBookings { edges { node { id state } } } }`

describe('a process is paused: it does not respond, but keeps its connections', () => {
  // A search needs Redis or Postgres, so it can succeed without Redis.
  it.each([
    ['postgres', myBookings, ['UNAVAILABLE']],
    ['booking', myBookings, ['UNAVAILABLE']],
    ['fleet', operations.find, ['UNAVAILABLE']],
    ['redis', operations.find, ['OK', 'UNAVAILABLE']],
  ] as const)(
    '%s: the gateway responds within 3 s, and requests succeed after the pause',
    async (name, query, codes) => {
      await stack.process(name).pause()
      try {
        const { ms, code } = await timedRequest(query, { near: cityCentre, radiusMeters: 1_000 })
        expect(codes).toContain(code)
        expect(ms).toBeLessThan(maxResponseMs)
      } finally {
        await stack.process(name).resume()
      }
      await expect(customer.request(query, { near: cityCentre, radiusMeters: 1_000 })).resolves.toBeDefined()
    },
    60_000,
  )

  it('mosquitto: a ride after the pause completes', async () => {
    await stack.process('mosquitto').pause()
    await sleep(500)
    await stack.process('mosquitto').resume()
    await expect(ride(customer, cityCentre)).resolves.toBeDefined()
  }, 120_000)

  it('stripe: the payment is pending within 3 s and is completed without the customer', async () => {
    const other = await newClient(stack, 'customer')
    const { bookingId } = await holdNearestVehicle(other)
    await stack.process('stripe-emulator').pause()
    const startedAt = performance.now()
    const { authorizePayment } = await other.requestOnce<{ authorizePayment: { __typename: string } }>(operations.pay, {
      requestId: randomUUID(),
      bookingId,
      paymentMethodId: 'pm_card_visa',
    })
    expect(performance.now() - startedAt).toBeLessThan(maxResponseMs)
    expect(authorizePayment.__typename).toBe('PaymentPending')
    await stack.process('stripe-emulator').resume()
    const readState = async () =>
      (await other.request<{ booking: { state: string } }>(operations.booking, { bookingId })).booking.state
    expect(await poll(readState, (state) => state === 'CONFIRMED', 30_000)).toBe('CONFIRMED')
    await other.request(
      `mutation ($bookingId: ID!) { cancelBooking(input: { bookingId: $bookingId }) { __typename } }`,
      { bookingId },
    )
    await other.close()
    expect(await brokenInvariants(stack)).toEqual([])
  }, 60_000)
})
