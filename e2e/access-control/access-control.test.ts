import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Stack } from '@holdfast/dev'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { buildASTSchema, getNamedType, isInputObjectType, parse } from 'graphql'
import { holdNearestVehicle } from '../hold-vehicle.ts'
import * as operations from '../journey/operations.ts'
import { newClient, PublicClient } from '../public-client.ts'
import { freshStack } from '../stack.ts'

let stack: Stack
let customer: PublicClient
let otherCustomer: PublicClient
let bookingId: string
let vehicleId: string
beforeAll(async () => {
  stack = await freshStack('e2e-access-control', { fleet: 4 })
  customer = await newClient(stack, 'customer')
  otherCustomer = await newClient(stack, 'customer')
  const held = await holdNearestVehicle(customer)
  bookingId = held.bookingId
  vehicleId = held.vehicleId
  await customer.request(operations.pay, { requestId: randomUUID(), bookingId, paymentMethodId: 'pm_card_visa' })
}, 120_000)
afterAll(async () => {
  await Promise.all([customer, otherCustomer].map((client) => client?.close()))
  await stack?.stop()
})

/** Every mutation that names a booking, with its input, from the supergraph: a new one need not be listed here. */
function bookingMutations() {
  const sdl = readFileSync(join(import.meta.dirname, '../../gateway/supergraph.graphql'), 'utf8')
  const mutations = buildASTSchema(parse(sdl), { assumeValidSDL: true }).getMutationType()?.getFields() ?? {}
  return Object.values(mutations).flatMap(({ name, args }) => {
    const input = getNamedType(args[0]?.type)
    return isInputObjectType(input) && 'bookingId' in input.getFields() ? [{ name, input }] : []
  })
}

/** A valid value for a field of an input. A new field without one fails the test. */
function validValueOf(field: string): string {
  const values: Record<string, string> = { bookingId, requestId: randomUUID(), paymentMethodId: 'pm_card_visa' }
  const value = values[field]
  if (value === undefined) throw new Error(`Add a valid value for the input field ${field} to this test.`)
  return value
}

it('hides a booking from other customers in every query, mutation and subscription', async () => {
  expect(await otherCustomer.request(operations.booking, { bookingId })).toEqual({ booking: null })
  const mutations = bookingMutations()
  expect(mutations.length).toBeGreaterThan(4)
  for (const { name, input } of mutations) {
    const values = Object.keys(input.getFields()).map((field) => [field, validValueOf(field)])
    const result = await otherCustomer.request<Record<string, { __typename: string }>>(
      `mutation ($input: ${input.name}!) { ${name}(input: $input) { __typename } }`,
      { input: Object.fromEntries(values) },
    )
    expect([name, result[name]?.__typename]).toEqual([name, 'BookingNotFound'])
  }
  const firstResult = async (operation: string) => {
    for await (const result of otherCustomer.subscribe<Record<string, unknown>>(operation, { bookingId }))
      return Object.values(result)[0]
    return 'ended'
  }
  expect(await firstResult(operations.watchBooking)).toBeNull()
  expect(await firstResult(operations.watchUnlock)).toBeNull()
  expect(await customer.request<{ booking: { state: string } }>(operations.booking, { bookingId })).toMatchObject({
    booking: { state: 'CONFIRMED' },
  })
}, 30_000)

it('shows the held vehicle only to its customer', async () => {
  const vehicleSeenBy = (client: PublicClient) =>
    client.request<{ vehicle: unknown }>(`query ($id: ID!) { vehicle(id: $id) { id } }`, { id: vehicleId })
  expect(await vehicleSeenBy(otherCustomer)).toEqual({ vehicle: null })
  expect(await vehicleSeenBy(new PublicClient(stack.endpoint))).toEqual({ vehicle: null })
  expect(await vehicleSeenBy(customer)).toEqual({ vehicle: { id: vehicleId } })
})

it('requires a token where an operation needs one, and accepts only valid tokens', async () => {
  const hold = { requestId: randomUUID(), vehicleId }
  await expect(new PublicClient(stack.endpoint).requestOnce(operations.hold, hold)).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  })
  const token = await stack.token({ role: 'customer', sub: randomUUID() })
  const [head, , signature] = token.split('.')
  const forged = Buffer.from(
    JSON.stringify({ sub: randomUUID(), role: 'operator', aud: 'holdfast', exp: 9_999_999_999 }),
  ).toString('base64url')
  await expect(
    new PublicClient(stack.endpoint, `${head}.${forged}.${signature}`).requestOnce(operations.find, {}),
  ).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  })
  const operator = await newClient(stack, 'operator')
  await expect(operator.requestOnce(operations.hold, hold)).rejects.toMatchObject({ code: 'FORBIDDEN' })
})
