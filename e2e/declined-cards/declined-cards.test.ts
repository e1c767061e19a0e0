import { randomUUID } from 'node:crypto'
import type { Stack } from '@holdfast/dev'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { bookingStateAfter } from '../booking-state.ts'
import { holdNearestVehicle } from '../hold-vehicle.ts'
import { brokenInvariants } from '../invariants/whole-system.ts'
import * as operations from '../journey/operations.ts'
import { newClient } from '../public-client.ts'
import { freshStack } from '../stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await freshStack('e2e-declined-cards', { fleet: 8 })
}, 120_000)
afterAll(async () => stack?.stop())

interface PayResult {
  authorizePayment: { __typename: string; code?: string; attemptsLeft?: number; redirectUrl?: string; state?: string }
}

const payOperation = `
  mutation ($requestId: ID!, $bookingId: ID!, $card: ID!) {
    authorizePayment(input: { requestId: $requestId, bookingId: $bookingId, paymentMethodId: $card }) {
      __typename
      ... on PaymentDeclined { code attemptsLeft holdExpiresAt message }
      ... on PaymentActionRequired { redirectUrl }
      ... on BookingNotPayable { state }
      ... on Problem { message }
    }
  }`

async function holdToPayFor() {
  const customer = await newClient(stack, 'customer')
  const { bookingId } = await holdNearestVehicle(customer)
  const pay = (card: string, requestId = randomUUID()) =>
    customer.request<PayResult>(payOperation, { requestId, bookingId, card })
  return { customer, bookingId, pay }
}

it('lets a customer pay again after a declined card, until the hold expires', async () => {
  const { customer, pay } = await holdToPayFor()
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

it('cancels the booking after five declined cards', async () => {
  const { customer, bookingId, pay } = await holdToPayFor()
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

it('confirms the booking after the customer has approved the payment at the bank', async () => {
  const { customer, bookingId, pay } = await holdToPayFor()
  const { authorizePayment } = await pay('pm_card_authenticationRequired')
  expect(authorizePayment.__typename).toBe('PaymentActionRequired')
  const page = await fetch(authorizePayment.redirectUrl ?? '')
  const html = await page.text()
  expect(page.status).toBe(200)
  // As a person does: press the button of the page's form that approves the payment.
  const action = /<form[^>]*action="([^"]+)"/.exec(html)?.[1] ?? ''
  const button = /<button[^>]*name="([^"]+)"[^>]*value="([^"]*succe[^"]*|[^"]*authori[^"]*)"/i.exec(html)
  expect(button).not.toBeNull()
  await fetch(new URL(action, page.url), {
    method: 'POST',
    body: new URLSearchParams({ [button?.[1] ?? '']: button?.[2] ?? '' }),
    redirect: 'manual',
  })
  expect(await bookingStateAfter('PROCESSING', customer, bookingId, 15_000)).toBe('CONFIRMED')
  await customer.close()
  expect(await brokenInvariants(stack)).toEqual([])
})
