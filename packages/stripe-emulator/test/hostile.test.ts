import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startAccount } from './account.ts'

let account: Awaited<ReturnType<typeof startAccount>>

beforeAll(async () => {
  account = await startAccount()
})

afterAll(() => account[Symbol.asyncDispose]())

const post = (path: string, body: string, contentType = 'application/x-www-form-urlencoded') =>
  fetch(account.emulator.url + path, {
    method: 'POST',
    body,
    headers: { authorization: 'Bearer sk_test_x', 'content-type': contentType },
  })

describe('a request that makes no sense', () => {
  it.each([
    ['a map for a number', 'amount[a]=1&currency=eur'],
    ['a list of maps for a number', 'amount[0][a]=1&currency=eur'],
    ['a map for a currency', 'amount=2000&currency[a]=eur'],
    ['a map for a flag', 'amount=2000&currency=eur&confirm[a]=1'],
    ['a map for text', 'amount=2000&currency=eur&customer[a]=1'],
  ])('%s is refused', async (_, body) => {
    expect((await post('/v1/payment_intents', body)).status).toBe(400)
  })

  it('a list without end is refused at once', async () => {
    const started = performance.now()
    expect((await post('/v1/webhook_endpoints', 'enabled_events[]=&'.repeat(50_000))).status).toBe(400)
    expect(performance.now() - started).toBeLessThan(1_000)
  })

  it('a command that nests without end is refused', async () => {
    const body = `{"kind":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    expect((await post('/_emulator/faults', body, 'application/json')).status).toBe(400)
  })

  it('a jump of the clock beyond all dates is refused', async () => {
    expect((await post('/_emulator/clock/advance', 'seconds=999999999999999')).status).toBe(400)
    for (const seconds of [-1, 0.5, Number.NaN, 1e12]) {
      expect(() => account.emulator.clock.advance(seconds)).toThrow(RangeError)
    }
  })
})
