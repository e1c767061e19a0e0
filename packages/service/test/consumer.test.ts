import { type TestDatabase, testDatabase, testRedis } from '@holdfast/dev/testing'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { consumeStream } from '../src/events/index.ts'
import { createPool } from '../src/postgres/index.ts'
import { createLog } from '../src/process/index.ts'
import { createBlockingRedis, createRedis } from '../src/redis/index.ts'

const log = createLog('test', 'silent')
let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
}, 90_000)
afterAll(async () => database.drop())

/** A consumer of booking's stream as fleet has one; `ended` is true when it has stopped. */
function consume(redisUrl: string, handle: () => Promise<void> = async () => undefined) {
  const pool = createPool(database.url('fleet'), log)
  const redis = createBlockingRedis(redisUrl, log)
  const stopping = new AbortController()
  const running = consumeStream({
    consumer: 'tests',
    owner: 'fleet',
    stream: 'events:tests',
    databaseUrl: database.url('fleet'),
    pool,
    redis,
    log,
    signal: stopping.signal,
    parse: (json) => JSON.parse(json) as { id: string; type: string },
    handlers: { Happened: handle, Tested: handle },
  })
  return {
    async stop() {
      const from = Date.now()
      stopping.abort()
      await running
      redis.disconnect()
      await pool.end()
      return Date.now() - from
    },
  }
}

const soon = 3_000 // ms; a plain wait for an event takes 2 s more, and for Redis for ever

it.each(['running', 'dead', 'paused'] as const)('stops soon while Redis is %s', async (state) => {
  await using redis = await testRedis()
  const consumer = consume(redis.url)
  await new Promise((resolve) => setTimeout(resolve, 300))
  if (state === 'dead') await redis.kill()
  if (state === 'paused') await redis.pause()
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(await consumer.stop()).toBeLessThan(soon)
})

it('finishes the event that it is at before it stops', async () => {
  await using redis = await testRedis()
  const client = createRedis(redis.url, log)
  await new Promise((resolve) => client.once('ready', resolve))
  const id = 'a6a7b2c8-0d7e-4b26-8f0e-3f6f4b9f7a11'
  let begun: () => void = () => undefined
  const beginning = new Promise<void>((resolve) => {
    begun = resolve
  })
  const consumer = consume(redis.url, async () => {
    begun()
    await new Promise((resolve) => setTimeout(resolve, 300))
  })
  await client.xadd('events:tests', '*', 'event', JSON.stringify({ id, type: 'Tested' }))
  await beginning
  await consumer.stop()
  expect(await client.xpending('events:tests', 'tests')).toEqual([0, null, null, null])
  client.disconnect()
})

it('takes up what somebody else was given and did not handle, also while it is leading', async () => {
  await using redis = await testRedis()
  const client = createRedis(redis.url, log)
  await new Promise((resolve) => client.once('ready', resolve))
  let handled = 0
  const consumer = consume(redis.url, async () => {
    handled += 1
  })
  const event = (id: string) => client.xadd('events:tests', '*', 'event', JSON.stringify({ id, type: 'Tested' }))
  const seen = async (count: number) => {
    for (const until = Date.now() + 6_000; handled < count && Date.now() < until; ) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect(handled).toBe(count)
  }
  await event('00000000-0000-4000-8000-000000000001')
  await seen(1)
  // In one go, so that the reader which is waiting comes second.
  await client
    .multi()
    .xadd('events:tests', '*', 'event', JSON.stringify({ id: '00000000-0000-4000-8000-000000000002', type: 'Tested' }))
    .xreadgroup('GROUP', 'tests', 'leader', 'COUNT', 10, 'STREAMS', 'events:tests', '>')
    .exec()
  await seen(2)
  await consumer.stop()
  client.disconnect()
})

it('passes over events that have no effect here, and acknowledges them', async () => {
  await using redis = await testRedis()
  const client = createRedis(redis.url, log)
  await new Promise((resolve) => client.once('ready', resolve))
  const handled: string[] = []
  const add = (id: string, type: string) => client.xadd('events:tests', '*', 'event', JSON.stringify({ id, type }))
  await add('0f5a3f55-6f0c-4f0e-9a51-3f3a3f6f1c01', 'OfNoConcern')
  await add('0f5a3f55-6f0c-4f0e-9a51-3f3a3f6f1c02', 'Happened')
  const consumer = consume(redis.url, async () => {
    handled.push('one')
  })
  const until = Date.now() + 10_000
  const pending = async () => ((await client.xpending('events:tests', 'tests').catch(() => [1])) as [number])[0]
  while ((handled.length === 0 || (await pending()) > 0) && Date.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 20))
  expect(handled).toEqual(['one'])
  expect(await pending()).toBe(0)
  await consumer.stop()
  client.disconnect()
})
