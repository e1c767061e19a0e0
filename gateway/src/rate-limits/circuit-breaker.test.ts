import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { circuitBreaker, Unavailable } from './circuit-breaker.ts'

const never = () => new Promise<never>(() => undefined)
const now = async () => 'answer'

describe('a circuit breaker', () => {
  it('times out, and after a while fails at once', async () => {
    const asked = circuitBreaker(20)
    let asks = 0
    const ask = () => {
      asks++
      return never()
    }
    for (let n = 0; n < 50; n++) await expect(asked(ask)).rejects.toThrow(Unavailable)
    expect(asks).toBeLessThan(10)
  })

  it('stays closed when many requests fail together in one short pause', async () => {
    const asked = circuitBreaker(20)
    const waited = await Promise.allSettled(Array.from({ length: 50 }, () => asked(never)))
    expect(waited.every(({ status }) => status === 'rejected')).toBe(true)
    expect(await asked(now)).toBe('answer')
  })

  it('closes with the first attempt that succeeds', async () => {
    const asked = circuitBreaker(20)
    for (let n = 0; n < 10; n++) await asked(never).catch(() => undefined)
    await expect(asked(now)).rejects.toThrow('a moment ago')
    await sleep(1_050)
    expect(await asked(now)).toBe('answer')
    expect(await asked(now)).toBe('answer')
  })
})
