import { describe, expect, it } from '@jest/globals'
import { readError } from './answer.ts'

const error = (extensions: unknown, path?: unknown) => ({ message: 'table "riders" is locked', path, extensions })
const few = { extensions: [] }
const hidden = 'Something went wrong on our side.'

describe('an error of a subgraph', () => {
  const detailed = {
    code: 'SOLD_OUT',
    retryAfter: 5,
    hint: 'h',
    originalError: { message: 'm' },
    query: 'select',
    stacktrace: ['at secret.js'],
    exception: {},
  }

  it('keeps what it says of itself in development, but no stack', () => {
    const { code, retryAfter, hint, originalError, query } = detailed
    expect(readError(error(detailed), 'all')).toMatchObject({
      message: 'table "riders" is locked',
      extensions: { code, retryAfter, hint, originalError, query },
    })
    expect(readError(error(detailed), 'all').extensions).not.toHaveProperty('stacktrace')
  })

  it('keeps in production what is known to be for clients', () => {
    expect(readError(error({ ...detailed, reference: 'r1' }), few).extensions).toEqual({
      code: 'SOLD_OUT',
      retryAfter: 5,
      reference: 'r1',
    })
    expect(readError(error({ code: { at: 'db1' }, reference: { host: 'db1' } }), few).extensions).toEqual({
      code: 'INTERNAL_SERVER_ERROR',
    })
  })

  it('keeps in production too what whoever runs the gateway knows to be for clients, but no stack', () => {
    const told = { extensions: ['hint', 'originalError', 'stacktrace'] }
    expect(readError(error(detailed), told).extensions).toEqual({
      code: 'SOLD_OUT',
      retryAfter: 5,
      hint: 'h',
      originalError: { message: 'm' },
    })
  })

  it.each([
    ['has no code', {}, hidden],
    ['has the code of what nobody planned', { code: 'INTERNAL_SERVER_ERROR' }, hidden],
    ['was written with a reference to the log', { code: 'INTERNAL_SERVER_ERROR', reference: 'r1' }, error({}).message],
    ['has a code of its own', { code: 'SOLD_OUT' }, error({}).message],
  ])('that %s has this message in production', (_, extensions, message) => {
    expect(readError(error(extensions), few).message).toBe(message)
  })

  it.each(['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED', 'BAD_REQUEST', 'PERSISTED_QUERY_NOT_FOUND'])(
    'about the request, which is not the client’s, is not blamed on the client: %s',
    (code) => {
      const ours = { code: 'INTERNAL_SERVER_ERROR' }
      expect(readError(error({ code }), few)).toMatchObject({ message: hidden, extensions: ours })
      expect(readError(error({ code }), 'all')).toMatchObject({ message: error({}).message, extensions: ours })
      expect(readError(error({ code }, ['a']), few).extensions).toEqual({ code })
    },
  )
})
