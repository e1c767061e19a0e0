import { randomUUID } from 'node:crypto'
import type { Stack } from '@holdfast/dev'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { brokenInvariants } from '../invariants.ts'
import * as operations from '../journey/operations.ts'
import { PublicClient, until } from '../public-client.ts'
import { freshStack } from '../stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await freshStack('e2e-declined-cards', { fleet: 8 })
}, 120_000)
afterAll(async () => stack?.stop())

interface Paid {
  authorizePayment: { __typename: string; code?: string; attemptsLeft?: number; redirectUrl?: string; state?: string }
}

const payWith = `
  mutation ($requestId: ID!, $bookingId: ID!, $card: ID!) {
    authorizePayment(input: { requestId: $requestId, bookingId: $bookingId, paymentMethodId: $card }) {
      __typename
      ... on PaymentDeclined { code attemptsLeft holdExpiresAt message }
      ... on PaymentActionRequired { redirectUrl }
      ... on BookingNotPayable { state }
      ... on Problem { message }
    }
  }`

async function held() {
  const customer = new PublicClient(stack.endpoint, await stack.token({ role: 'customer', sub: randomUUID() }))
  const { vehiclesNear } = await customer.request<{ vehiclesNear: { vehicles: { vehicle: { id: string } }[] } }>(
    operations.find,
    {
      near: { latitude: 50.1113, longitude: 8.675 },
      radiusMeters: 3_000,
    },
  )
  const { createBooking } = await customer.request<{ createBooking: { booking: { id: string } } }>(operations.hold, {
    requestId: randomUUID(),
    vehicleId: vehiclesNear.vehicles[0]?.vehicle.id,
  })
  const pay = (card: string, requestId = randomUUID()) =>
    customer.request<Paid>(payWith, { requestId, bookingId: createBooking.booking.id, card })
  return { customer, bookingId: createBooking.booking.id, pay }
}

it('lets a customer pay again after a decline while the hold lives', async () => {
  const { customer, pay } = await held()
  const requestId = randomUUID()
  const declined = await pay('pm_card_visa_chargeDeclinedInsufficientFunds', requestId)
  expect(declined.authorizePayment).toMatchObject({
    __typename: 'PaymentDeclined',
    code: 'insufficient_funds',
    attemptsLeft: 4,
  })
  expect(await pay('pm_card_visa_chargeDeclinedInsufficientFunds', requestId)).toEqual(declined)
  expect((await pay('pm_card_visa')).authorizePayment.__typename).toBe('AuthorizePaymentSuccess')
  await customer.close()
})

it('gives up after five declined cards', async () => {
  const { customer, bookingId, pay } = await held()
  for (const attemptsLeft of [4, 3, 2, 1, 0]) {
    expect((await pay('pm_card_chargeDeclined')).authorizePayment).toMatchObject({
      __typename: 'PaymentDeclined',
      attemptsLeft,
    })
  }
  expect((await pay('pm_card_visa')).authorizePayment).toMatchObject({
    __typename: 'BookingNotPayable',
    state: 'CANCELLED',
  })
  const { booking } = await customer.request<{ booking: { state: string } }>(operations.booking, { bookingId })
  expect(booking.state).toBe('CANCELLED')
  await customer.close()
})

it("asks the card's bank and confirms when its customer has agreed", async () => {
  const { customer, bookingId, pay } = await held()
  const { authorizePayment } = await pay('pm_card_authenticationRequired')
  expect(authorizePayment.__typename).toBe('PaymentActionRequired')
  const page = await fetch(authorizePayment.redirectUrl ?? '')
  const html = await page.text()
  expect(page.status).toBe(200)
  // As the person does it: the page's form, its button that agrees.
  const action = /<form[^>]*action="([^"]+)"/.exec(html)?.[1] ?? ''
  const button = /<button[^>]*name="([^"]+)"[^>]*value="([^"]*succe[^"]*|[^"]*authori[^"]*)"/i.exec(html)
  expect(button).not.toBeNull()
  await fetch(new URL(action, page.url), {
    method: 'POST',
    body: new URLSearchParams({ [button?.[1] ?? '']: button?.[2] ?? '' }),
    redirect: 'manual',
  })
  const states = customer.subscribe<{ bookingStatus: { state: string } | null }>(operations.watchBooking, { bookingId })
  const { bookingStatus } = await until(
    states,
    15_000,
    'the confirmation',
    ({ bookingStatus }) => bookingStatus?.state !== 'PROCESSING',
  )
  expect(bookingStatus?.state).toBe('CONFIRMED')
  await customer.close()
  expect(await brokenInvariants(stack)).toEqual([])
})
