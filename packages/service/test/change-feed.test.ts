import { testRedis } from '@holdfast/dev/testing'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Redis } from 'ioredis'
import { createLog, withTimeout } from '../src/process/index.ts'
import { abortableGenerator, type ChangeFeed, createChangeFeed } from '../src/redis/index.ts'

const log = createLog('test', 'silent')

describe('the live view', () => {
  let server: Awaited<ReturnType<typeof testRedis>>
  let live: ChangeFeed
  let publisher: Redis

  beforeAll(async () => {
    server = await testRedis()
    live = createChangeFeed(server.url, log)
    publisher = new Redis(server.url)
    publisher.on('error', () => undefined)
  })
  afterAll(async () => {
    live.stop()
    publisher.disconnect()
    await server.stop()
  })

  it('begins with a resync and then hears everything said', async () => {
    const notices = live.listen(['a', 'b'])
    expect((await notices.next()).value).toEqual({ kind: 'resync' })
    await publisher.publish('b', 'hello')
    expect((await notices.next()).value).toEqual({ kind: 'message', channel: 'b', message: 'hello' })
    await notices.return()
  })

  it('ends at once when it is returned while nothing is said', async () => {
    const stream = abortableGenerator(async function* (signal) {
      for await (const notice of live.listen(['silence'], signal)) yield notice.kind
    })
    await stream.next()
    const waiting = stream.next()
    await withTimeout(1_000, 'the stream', stream.return())
    expect(await waiting).toEqual({ done: true, value: undefined })
    const listeners = async () => (await publisher.pubsub('NUMSUB', 'silence'))[1]
    for (const until = Date.now() + 1_000; (await listeners()) !== 0 && Date.now() < until; );
    expect(await listeners()).toBe(0)
  })

  it('answers while Redis is paused, and resyncs when it is back', async () => {
    await server.pause()
    const notices = live.listen(['paused'])
    expect(await withTimeout(1_500, 'the first notice', notices.next())).toEqual({
      done: false,
      value: { kind: 'resync' },
    })
    const next = notices.next()
    await server.resume()
    expect((await withTimeout(5_000, 'the resync', next)).value).toEqual({ kind: 'resync' })
    await publisher.publish('paused', 'awake')
    expect((await notices.next()).value).toEqual({ kind: 'message', channel: 'paused', message: 'awake' })
    await notices.return()
  })

  it('resyncs after Redis was killed', async () => {
    const notices = live.listen(['killed'])
    await notices.next()
    const next = notices.next()
    await server.kill()
    await server.start()
    expect((await withTimeout(10_000, 'the resync', next)).value).toEqual({ kind: 'resync' })
    await notices.return()
  })
})
