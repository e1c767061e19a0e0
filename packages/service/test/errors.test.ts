import { describe, expect, it } from '@jest/globals'
import { requireCustomer } from '../src/graphql/index.ts'
import { anonymous } from '../src/identity/index.ts'
import { isUnavailable } from '../src/process/index.ts'

const failing = (message: string, code?: string) => Object.assign(new Error(message), { code })

describe('a dependency that is away', () => {
  it.each([
    ['a refused connection', failing('connect', 'ECONNREFUSED')],
    ['a broken one', failing('read', 'ECONNRESET')],
    ['Postgres shutting down', failing('terminating connection due to administrator command', '57P01')],
    ['a lock that was not given in time', failing('canceling statement due to lock timeout', '55P03')],
    ['a statement that took too long', failing('Query read timeout')],
    ['Postgres out of Prisma’s reach', failing("Can't reach database server", 'P1001')],
    ['Redis that does not answer', failing('Command timed out')],
  ])('is known by %s', (_, err) => {
    expect(isUnavailable(err)).toBe(true)
  })

  it.each([
    ['a broken rule', failing('duplicate key value violates unique constraint', '23505')],
    ['a row that Prisma does not find', failing('No record was found', 'P2025')],
    ['a fault of ours', new TypeError('x is not a function')],
    ['no error at all', 'timeout'],
  ])('is not meant by %s', (_, err) => {
    expect(isUnavailable(err)).toBe(false)
  })
})

describe('a customer', () => {
  const id = '7f1c2a52-6a7e-4b3c-9f59-0a4f5a0c1d2e'
  it('is known by a UUID', () => {
    expect(requireCustomer({ id, role: 'customer', scopes: [] })).toBe(id)
    expect(() => requireCustomer({ id: 'auth0|17', role: 'customer', scopes: [] })).toThrow('UUID')
  })
  it('is nobody else', () => {
    expect(() => requireCustomer(anonymous)).toThrow('Sign in')
    expect(() => requireCustomer({ id, role: 'operator', scopes: [] })).toThrow('Only a customer')
  })
})
