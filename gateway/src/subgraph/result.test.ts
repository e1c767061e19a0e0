import { describe, expect, it } from '@jest/globals'
import { readError } from './result.ts'

const error = (extensions: unknown, path?: unknown) => ({ message: 'table "customers" is locked', path, extensions })
const development = { production: false, errorExtensions: [] }
const production = { production: true, errorExtensions: [] }
const hidden = 'Something went wrong on the server. Try again later.'

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

  it('keeps all extensions in development, but no stack trace', () => {
    const { code, retryAfter, hint, originalError, query } = detailed
    expect(readError(error(detailed), development)).toMatchObject({
      message: 'table "customers" is locked',
      extensions: { code, retryAfter, hint, originalError, query },
    })
    expect(readError(error(detailed), development).extensions).not.toHaveProperty('stacktrace')
  })

  it('keeps only extensions for clients in production', () => {
    expect(readError(error({ ...detailed, reference: 'r1' }), production).extensions).toEqual({
      code: 'SOLD_OUT',
      retryAfter: 5,
      reference: 'r1',
    })
    expect(readError(error({ code: { at: 'db1' }, reference: { host: 'db1' } }), production).extensions).toEqual({
      code: 'INTERNAL_SERVER_ERROR',
    })
  })

  it('keeps extensions of the configuration in production, but no stack trace', () => {
    const visibility = { production: true, errorExtensions: ['hint', 'originalError', 'stacktrace'] }
    expect(readError(error(detailed), visibility).extensions).toEqual({
      code: 'SOLD_OUT',
      retryAfter: 5,
      hint: 'h',
      originalError: { message: 'm' },
    })
  })

  it.each([
    ['has no code', {}, hidden],
    ['has the code of an unexpected error', { code: 'INTERNAL_SERVER_ERROR' }, hidden],
    ['was written with a reference to the log', { code: 'INTERNAL_SERVER_ERROR', reference: 'r1' }, error({}).message],
    ['has a code of its own', { code: 'SOLD_OUT' }, error({}).message],
  ])('that %s has this message in production', (_, extensions, message) => {
    expect(readError(error(extensions), production).message).toBe(message)
  })

  it.each(['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED', 'BAD_REQUEST', 'PERSISTED_QUERY_NOT_FOUND'])(
    'about the request to the subgraph is not reported as an error of the client: %s',
    (code) => {
      const internal = { code: 'INTERNAL_SERVER_ERROR' }
      expect(readError(error({ code }), production)).toMatchObject({ message: hidden, extensions: internal })
      expect(readError(error({ code }), development)).toMatchObject({
        message: error({}).message,
        extensions: internal,
      })
      expect(readError(error({ code }, ['a']), production).extensions).toEqual({ code })
    },
  )
})
