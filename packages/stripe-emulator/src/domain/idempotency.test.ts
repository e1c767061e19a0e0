import { describe, expect, it } from '@jest/globals'
import { keyLifetime, repetition, type StoredReply } from './idempotency.ts'

const asked = { key: 'k1', path: '/v1/refunds', params: '{"a":"1"}' }
const stored: StoredReply = {
  object: 'stored_reply',
  id: 'k1',
  path: asked.path,
  params: asked.params,
  status: 402,
  body: { error: {} },
  request: 'req_1',
  at: 1_000,
}

describe('a request with an idempotency key', () => {
  it('runs when the key is new', () => {
    expect(repetition(asked, undefined, false, 1_000)).toEqual({ kind: 'first' })
  })

  it('gets the first answer again, until a day has passed', () => {
    expect(repetition(asked, stored, false, 1_000 + keyLifetime - 1)).toEqual({ kind: 'replay', reply: stored })
    expect(repetition(asked, stored, false, 1_000 + keyLifetime)).toEqual({ kind: 'first' })
  })

  it('is refused with other parameters or at another endpoint', () => {
    for (const other of [{ params: '{}' }, { path: '/v1/customers' }]) {
      expect(repetition({ ...asked, ...other }, stored, false, 1_001)).toMatchObject({
        kind: 'refused',
        error: { status: 400, type: 'idempotency_error' },
      })
    }
  })

  it('is refused while the first is under way', () => {
    expect(repetition(asked, undefined, true, 1_000)).toMatchObject({
      kind: 'refused',
      error: { status: 409, code: 'idempotency_key_in_use' },
    })
  })

  it('may have 255 characters and no more', () => {
    expect(repetition({ ...asked, key: 'x'.repeat(255) }, undefined, false, 0).kind).toBe('first')
    expect(repetition({ ...asked, key: 'x'.repeat(256) }, undefined, false, 0)).toMatchObject({
      error: { status: 400 },
    })
  })
})
