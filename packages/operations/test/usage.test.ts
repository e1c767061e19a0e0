/** How usage is written to Redis. */
import { setImmediate } from 'node:timers/promises'
import { testRedis } from '@holdfast/dev/testing'
import { createLog } from '@holdfast/service/process'
import { createRedis, type Redis } from '@holdfast/service/redis'
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import type { PublishedOperation } from '../src/registry/registry.ts'
import { operationUsage, readUsage } from '../src/registry/usage.ts'
import { until } from './until.ts'

const log = createLog('test', process.env['LOG_LEVEL'] ?? 'silent')
let server: Awaited<ReturnType<typeof testRedis>>
let reader: Redis
const open: Redis[] = []

beforeAll(async () => {
  server = await testRedis()
  reader = await connected()
})
afterAll(async () => {
  for (const one of open) one.disconnect()
  await server.stop()
})
beforeEach(() => reader.flushall())

async function connected(): Promise<Redis> {
  const redis = createRedis(server.url, log)
  open.push(redis)
  await until(() => redis.status === 'ready')
  return redis
}

const operation = (name: string): PublishedOperation => ({
  client: 'acme',
  app: 'shop',
  version: '1',
  name,
  text: '',
  ownId: '',
  maxAgeS: undefined,
  life: { state: 'active', publishedAt: '2026-01-01T00:00:00.000Z' },
})

it('however fast uses come, they are written once in an interval', async () => {
  const counting = operationUsage(await connected(), log, 100)
  await counting.start()
  let used = 0
  for (const began = performance.now(); performance.now() - began < 1_000; await setImmediate()) {
    counting.used(operation('Often'))
    used++
  }
  await counting.stop?.()
  expect((await readUsage(reader)).get('acme/shop~1~Often')?.uses).toBe(used)
  const [, evals] = /cmdstat_eval:calls=(\d+)/.exec(await reader.info('commandstats')) ?? []
  expect(Number(evals)).toBeLessThan(15)
})

it('however many operations are used, all are written', async () => {
  const counting = operationUsage(await connected(), log, 60_000)
  await counting.start()
  for (let number = 0; number < 50_000; number++) counting.used(operation(`Operation${number}`))
  await counting.stop?.()
  const counts = await readUsage(reader)
  expect(counts.size).toBe(50_000)
  expect([...counts.values()].every(({ uses }) => uses === 1)).toBe(true)
})
