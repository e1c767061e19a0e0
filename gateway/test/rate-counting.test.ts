import { once } from 'node:events'
import { testRedis } from '@holdfast/dev/testing'
import { createLog } from '@holdfast/service/process'
import { createRedis, type Redis } from '@holdfast/service/redis'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { decide, localCounter, takeOf } from '../src/rate-limits/gcra.ts'
import { type RateCounter, rateCounter } from '../src/rate-limits/rates.ts'
import { redisCounter } from '../src/rate-limits/redis-counter.ts'
import type { RateRule } from '../src/supergraph/rate-directive.ts'

const log = createLog('test', 'silent')
const rule = (name: string, count: number, seconds: number, away: RateRule['away'] = 'local'): RateRule => ({
  name,
  count,
  seconds,
  per: 'identity',
  away,
})
const second = 1_000_000

describe('a rate of 4 in 2 seconds', () => {
  const take = (arrival: number | undefined, now: number, times = 1) => decide(takeOf('k', 4, 2, times), arrival, now)

  it.each([
    ['lets one through', undefined, 0, 1, 0.5, -1.5],
    ['lets four through at once', undefined, 0, 4, 2, 0],
    ['no fifth', 2, 0, 1, 2.5, 0.5],
    ['but one after half a second', 2, 0.5, 1, 2.5, 0],
    ['lets all four come back in time', 2, 2, 4, 4, 0],
    ['keeps nothing for those who waited longer', 2, 100, 4, 102, 0],
    ['gives more than four at once for four', undefined, 0, 9, 2, 0],
  ])('%s', (_, arrival, now, times, next, early) => {
    expect(take(arrival === undefined ? undefined : arrival * second, now * second, times)).toEqual({
      arrival: next * second,
      earlyUs: early * second,
    })
  })

  it('lets every whole burst through, whatever it is divided by', () => {
    for (const count of [1, 3, 7, 11, 13, 999, 65_537, 1_000_000]) {
      const one = takeOf('k', count, 60, count)
      expect(decide(one, undefined, 0).earlyUs).toBeLessThanOrEqual(0)
      expect(decide({ ...one, times: 1 }, one.intervalUs * count, 0).earlyUs).toBeGreaterThan(0)
    }
  })
})

describe('counting alone', () => {
  it('counts for all or for none, and returns the longest wait', async () => {
    let now = 0
    const counter = localCounter(() => now)
    const [wide, narrow] = [takeOf('wide', 10, 10, 1), takeOf('narrow', 1, 10, 1)]
    expect(await counter.take([wide, narrow])).toEqual({ ok: true })
    for (let n = 0; n < 20; n++)
      expect(await counter.take([wide, narrow])).toEqual({ ok: false, refused: narrow, retryAfterMs: 10_000 })
    expect(await counter.take([{ ...wide, times: 9 }])).toEqual({ ok: true })
    now = 10 * second
    expect(await counter.take([wide, narrow])).toEqual({ ok: true })
  })
})

describe('with Redis', () => {
  let redis: Awaited<ReturnType<typeof testRedis>>
  const open: Redis[] = []
  const connect = () => {
    const client = createRedis(redis.url, log)
    open.push(client)
    return client
  }
  const gatewayRates = async () => {
    const client = connect()
    const one = rateCounter(client, 's', log)
    await once(client, 'ready')
    return one
  }
  beforeAll(async () => {
    redis = await testRedis()
  })
  afterAll(async () => {
    for (const one of open) one.disconnect()
    await redis[Symbol.asyncDispose]()
  })

  const passed = async (counting: readonly RateCounter[], one: RateRule, requests: number, subject = 'customer 1') => {
    const results = await Promise.all(
      Array.from({ length: requests }, (_, n) =>
        counting[n % counting.length]?.take([{ rule: one, subject: subject, times: 1 }]),
      ),
    )
    return results.filter((refused) => refused === undefined).length
  }

  it('two processes together allow what one would: 50 of 200 at once', async () => {
    const both = [await gatewayRates(), await gatewayRates()]
    expect(await passed(both, rule('fifty', 50, 3_600), 200)).toBe(50)
    expect(await passed(both, rule('fifty', 50, 3_600), 20, 'customer 2')).toBe(20)
  })

  it('says when to retry, by the clock of Redis', async () => {
    const one = await gatewayRates()
    const slow = rule('slow', 1, 30)
    jest.spyOn(Date, 'now').mockReturnValue(0)
    expect(await one.take([{ rule: slow, subject: 'a', times: 1 }])).toBeUndefined()
    expect(await one.take([{ rule: slow, subject: 'a', times: 1 }])).toEqual({
      rule: slow,
      counted: true,
      retryAfterS: 30,
    })
    jest.restoreAllMocks()
  })

  it('counts for all rules or for none', async () => {
    const one = await gatewayRates()
    const [wide, narrow] = [rule('wide', 5, 600), rule('narrow', 1, 600)]
    const both = [wide, narrow].map((rule) => ({ rule, subject: 'b', times: 1 }))
    expect(await one.take(both)).toBeUndefined()
    for (let n = 0; n < 10; n++) expect((await one.take(both))?.rule).toBe(narrow)
    expect(await passed([one], wide, 10, 'b')).toBe(4)
  })

  it('decides like a single process', async () => {
    const client = connect()
    const counter = redisCounter(client)
    await once(client, 'ready')
    const alone = localCounter()
    for (const times of [1, 3, 2, 5, 1]) {
      const take = takeOf('same', 7, 3_600, times)
      const [shared, own] = [await counter.take([take]), await alone.take([take])]
      expect(shared.ok).toBe(own.ok)
      if (!shared.ok && !own.ok) expect(Math.abs(shared.retryAfterMs - own.retryAfterMs)).toBeLessThan(1_000)
    }
  })

  it('stores no identities, and nothing longer than necessary', async () => {
    const one = await gatewayRates()
    await one.take([{ rule: rule('short', 3, 1), subject: 'customer ann@example.test', times: 1 }])
    const client = connect()
    await once(client, 'ready')
    const keys = await client.keys('*short*')
    expect(keys).toEqual([expect.stringMatching(/^\{holdfast:rate\}:short:[\w-]{22}$/)])
    expect(await client.pttl(keys[0] ?? '')).toBeLessThanOrEqual(334)
    for (const key of await client.keys('*')) expect(await client.pttl(key)).toBeGreaterThan(-1)
  })

  it('survives that Redis forgets its scripts', async () => {
    const one = await gatewayRates()
    const counted = rule('scripts', 2, 600)
    expect(await passed([one], counted, 1)).toBe(1)
    await redis.restart()
    const again = await gatewayRates()
    expect(await passed([again], counted, 5)).toBe(1)
  })

  describe.each([
    ['killed', () => redis.kill(), () => redis.start()],
    ['stopped in the middle of a word', () => redis.pause(), () => redis.resume()],
  ])('that is %s', (_, goAway, comeBack) => {
    const use = (one: RateRule) => [{ rule: one, subject: `w${one.name}`, times: 1 }]
    let one: RateCounter
    beforeAll(async () => {
      one = await gatewayRates()
      expect(await one.take(use(rule('before', 9, 600)))).toBeUndefined()
      await goAway()
    })

    it('each rule does what it says', async () => {
      const [local, allow, refuse] = [rule('l', 3, 600), rule('a', 3, 600, 'allow'), rule('r', 3, 600, 'refuse')]
      const tries = async (tried: RateRule) => {
        const results = []
        for (let n = 0; n < 6; n++) results.push(await one.take(use(tried)))
        return results
      }
      expect((await tries(local)).map((refused) => refused?.counted)).toEqual([...Array(3), true, true, true])
      expect(await tries(allow)).toEqual(Array(6).fill(undefined))
      expect(await tries(refuse)).toEqual(Array(6).fill({ rule: refuse, counted: false, retryAfterS: 2 }))
    })

    it('hardly any request waits for it, and none for long', async () => {
      const began = performance.now()
      const each: number[] = []
      for (let n = 0; n < 300; n++) {
        const start = performance.now()
        await one.take(use(rule('wait', 1_000, 60)))
        each.push(performance.now() - start)
      }
      expect(performance.now() - began).toBeLessThan(1_500)
      expect(Math.max(...each)).toBeLessThan(250)
      expect(each.filter((ms) => ms > 20).length).toBeLessThan(10)
    })

    it('counts together again soon after Redis is back', async () => {
      await comeBack()
      const strict = rule('back', 1_000, 60, 'refuse')
      const deadline = Date.now() + 6_000
      let refused = await one.take(use(strict))
      while (refused && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 50))
        refused = await one.take(use(strict))
      }
      expect(refused).toBeUndefined()
    }, 10_000)
  })
})

describe('without Redis', () => {
  it('a process counts alone, also rules that refuse without Redis', async () => {
    const one = rateCounter(undefined, undefined, log)
    const strict = rule('strict', 2, 600, 'refuse')
    const results = []
    for (let n = 0; n < 4; n++) results.push(await one.take([{ rule: strict, subject: 'x', times: 1 }]))
    expect(results.map((refused) => refused?.counted)).toEqual([undefined, undefined, true, true])
  })

  it('an address without a Redis behaves like an unreachable Redis', async () => {
    const redis = createRedis('redis://127.0.0.1:1', log)
    const one = rateCounter(redis, undefined, log)
    expect(await one.take([{ rule: rule('r', 2, 600, 'refuse'), subject: 'x', times: 1 }])).toMatchObject({
      counted: false,
    })
    expect(await one.take([{ rule: rule('l', 2, 600), subject: 'x', times: 1 }])).toBeUndefined()
    redis.disconnect()
  })
})
