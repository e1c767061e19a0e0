import { setTimeout as sleep } from 'node:timers/promises'
import { testDatabase, testRedis } from '@holdfast/dev/testing'
import { expect, it } from '@jest/globals'
import { relayOutbox } from '../src/events/index.ts'
import { createPool } from '../src/postgres/index.ts'
import { createLog } from '../src/process/index.ts'
import { createRedis } from '../src/redis/index.ts'

const log = createLog('test', 'silent')

it('forgets what was published and what was received more than a week ago, however much that is', async () => {
  const database = await testDatabase()
  const server = await testRedis()
  const pool = createPool(database.url('booking'), log)
  const redis = createRedis(server.url, log)
  const stopping = new AbortController()
  // More than one statement deletes.
  await pool.query(
    `insert into booking.outbox (subject, type, data, published_at)
     select gen_random_uuid(), 'Test', '{}', now() - interval '8 days' from generate_series(1, 12000)`,
  )
  await pool.query(
    `insert into booking.inbox (consumer, event_id, received_at)
     select 'test', gen_random_uuid(), now() - interval '8 days' from generate_series(1, 12000)`,
  )
  await pool.query(
    `insert into booking.outbox (subject, type, data, published_at)
     values (gen_random_uuid(), 'Test', '{}', now() - interval '6 days')`,
  )
  await pool.query(
    `insert into booking.inbox (consumer, event_id, received_at) values ('test', gen_random_uuid(), now() - interval '6 days')`,
  )
  const left = async () =>
    (
      await pool.query<{ published: number; received: number }>(
        'select (select count(*) from booking.outbox) as published, (select count(*) from booking.inbox) as received',
      )
    ).rows[0]

  const relay = relayOutbox({
    owner: 'booking',
    databaseUrl: database.url('booking'),
    pool,
    redis,
    log,
    signal: stopping.signal,
  })
  try {
    for (const until = Date.now() + 10_000; Date.now() < until; await sleep(50)) {
      const now = await left()
      if (now?.published === 1 && now.received === 1) break
    }
    expect(await left()).toEqual({ published: 1, received: 1 })
  } finally {
    stopping.abort()
    await relay
    redis.disconnect()
    await pool.end()
    await server.stop()
    await database.drop()
  }
})
