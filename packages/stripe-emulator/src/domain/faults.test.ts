import { describe, expect, it } from '@jest/globals'
import { type ArmedFault, faultsInHeader, trigger } from './faults.ts'

const armed = (asked: Partial<ArmedFault>): ArmedFault => ({
  id: 'f',
  kind: 'reset',
  ms: 0,
  times: 1,
  method: null,
  path: null,
  event: null,
  probability: 1,
  ...asked,
})
const never = () => 1
const post = { method: 'POST', path: '/v1/payment_intents/pi_1/confirm' }

describe('the header', () => {
  it('names faults with their milliseconds', () => {
    expect(faultsInHeader('latency=50, response-lost')).toEqual([
      { kind: 'latency', ms: 50 },
      { kind: 'response-lost', ms: 1_000 },
    ])
    expect(faultsInHeader('')).toEqual([])
  })

  it.each(['explode', 'latency=-1', 'latency=soon', 'latency=60001', 'reset,'])('%s is not understood', (header) => {
    expect(faultsInHeader(header)).toBeUndefined()
  })
})

describe('an armed fault', () => {
  it('hits as often as it was armed for', () => {
    const first = trigger([armed({ times: 2 })], post, never)
    expect(first.hit).toEqual([{ kind: 'reset', ms: 0 }])
    const second = trigger(first.left, post, never)
    expect(second).toMatchObject({ hit: [{ kind: 'reset' }], left: [] })
  })

  it.each([
    [{ method: 'GET' }, false],
    [{ path: '/v1/payment_intents/*/confirm' }, true],
    [{ path: '/v1/payment_intents' }, false],
    [{ kind: 'webhook-drop' }, false],
    [{ probability: 0.5 }, false],
  ] as const)('that is %j hits a confirmation: %s', (asked, hits) => {
    const { hit, left } = trigger([armed(asked)], post, never)
    expect([hit.length, left.length]).toEqual(hits ? [1, 0] : [0, 1])
  })

  it('of webhooks hits events of its type', () => {
    const drop = armed({ kind: 'webhook-drop', event: 'charge.captured' })
    expect(trigger([drop], { event: 'charge.failed' }, never).hit).toEqual([])
    expect(trigger([drop], { event: 'charge.captured' }, never).hit).toHaveLength(1)
  })
})
