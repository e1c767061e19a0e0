import { setTimeout as sleep } from 'node:timers/promises'
import type { Stack } from '@holdfast/dev'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { brokenInvariants } from '../invariants/whole-system.ts'
import { type Ride, ride } from '../journey/ride.ts'
import { newClient } from '../public-client.ts'
import { freshStack } from '../stack.ts'

const processNames = [
  'gateway',
  'booking',
  'fleet',
  'payment',
  'redis',
  'mosquitto',
  'postgres',
  'vehicle-simulator',
  'stripe-emulator',
] as const

let stack: Stack
beforeAll(async () => {
  stack = await freshStack('e2e-process-killed', { fleet: 30 })
}, 120_000)
afterAll(async () => stack?.stop())

/** Starts one ride after the other, so that the rides are in different steps when a process is killed. */
const startRides = (count: number, everyMs: number): Promise<Ride>[] =>
  Array.from({ length: count }, async (_, index) => {
    await sleep(index * everyMs)
    const client = await newClient(stack, 'customer')
    try {
      return await ride(client, { latitude: 50.1113 + (index % 3) * 0.001, longitude: 8.675 })
    } finally {
      await client.close()
    }
  })

describe('a process is killed during rides and restarts', () => {
  it.each(processNames)(
    '%s: every ride ends with a receipt, and every invariant holds',
    async (name) => {
      const rides = startRides(8, 300)
      await sleep(1_800)
      await stack.process(name).kill()
      await sleep(1_000)
      await stack.process(name).restart()
      const done = await Promise.all(rides)
      expect(new Set(done.map(({ bookingId }) => bookingId)).size).toBe(8)
      expect(await brokenInvariants(stack)).toEqual([])
    },
    180_000,
  )
})
