import { describe, expect, it } from '@jest/globals'
import type { Enforcement } from '../registry/files.ts'
import type { Life } from '../registry/life-cycle.ts'
import { documentIdOf, sha256 } from '../registry/names.ts'
import { catalogueOf, type PublishedOperation } from '../registry/registry.ts'
import { decide, type OperationReference } from './decide.ts'

const active: Life = { state: 'active', publishedAt: '2026-01-01T00:00:00.000Z' }
const retired: Life = { ...active, state: 'retired', retiredAt: '2026-05-01T10:00:00.000Z' }
const later: Life = { state: 'active', publishedAt: '2026-02-01T00:00:00.000Z' }

const operation = (name: string, text: string, life: Life, version = '1', ownId = ''): PublishedOperation => ({
  client: 'acme',
  app: 'shop',
  version,
  name,
  text,
  ownId,
  maxAgeS: undefined,
  life,
})

const find = operation('Find', 'query Find { a }', active, '1', 'md5-of-find')
const gone = operation('Gone', 'query Gone { a }', retired)
const shared = ['1', '2', '3'].map((version, index) =>
  operation('Shared', 'query Shared { a }', [retired, active, later][index] ?? active, version),
)
const catalogue = catalogueOf([find, gone, ...shared])
const unknown = 'query Unknown { a }'

const ask = (members: Partial<OperationReference>, enforcement: Enforcement = 'known') =>
  decide(
    {
      query: undefined,
      documentId: undefined,
      persistedHash: undefined,
      ...members,
    },
    catalogue,
    enforcement,
  )
const refusal = (code: string, facts: object = {}) => ({
  kind: 'refused',
  error: expect.objectContaining({ extensions: { code, ...facts } }),
})

describe.each<Enforcement>(['off', 'audit', 'known'])('with enforcement %s', (enforcement) => {
  it.each<[string, Partial<OperationReference>]>([
    ['its SHA-256', { documentId: documentIdOf(find.text) }],
    ['app, version and name', { documentId: 'shop~1~Find' }],
    ["the id of the client's tools", { documentId: 'md5-of-find' }],
    ["Apollo's form", { persistedHash: sha256(find.text) }],
    ["Apollo's form with the id of the client's tools", { persistedHash: 'md5-of-find' }],
    ['its text', { query: find.text }],
    ['its text and its hash', { query: find.text, persistedHash: sha256(find.text) }],
    ['its text and its id', { query: find.text, documentId: 'shop~1~Find' }],
  ])('an operation is known by %s', (_, members) => {
    expect(ask(members, enforcement)).toEqual({ kind: 'published', operation: find })
  })

  it.each<[string, Partial<OperationReference>]>([
    ['a published id', { query: unknown, documentId: 'shop~1~Find' }],
    ['a published hash', { query: unknown, persistedHash: sha256(find.text) }],
    ['a hash that nobody knows', { query: unknown, persistedHash: sha256('other') }],
  ])('a text that comes with %s of another is refused', (_, members) => {
    expect(ask(members, enforcement)).toEqual(refusal('BAD_REQUEST'))
  })

  it('an operation in several versions is that of the newest active one', () => {
    expect(ask({ documentId: documentIdOf('query Shared { a }') }, enforcement)).toMatchObject({
      operation: { version: '3' },
    })
    expect(ask({ documentId: 'shop~2~Shared' }, enforcement)).toMatchObject({ operation: { version: '2' } })
  })

  it('a retired operation is refused by its id, with the date', () => {
    for (const documentId of ['shop~1~Gone', documentIdOf(gone.text)]) {
      const decision = ask({ documentId }, enforcement)
      expect(decision).toEqual(refusal('PERSISTED_QUERY_NOT_IN_LIST', { retiredAt: retired.retiredAt }))
      expect(decision).toMatchObject({ error: { message: expect.stringContaining('2026-05-01') } })
    }
  })

  it.each(['shop~1~Other', 'other~1~Find', 'shop~9~Find', '', '../shop~1~Find', 'constructor', '__proto__'])(
    'there is no operation of the id "%s"',
    (documentId) => {
      expect(ask({ documentId }, enforcement)).toEqual(refusal('PERSISTED_QUERY_NOT_IN_LIST'))
    },
  )
})

describe('what is not published', () => {
  it('does not run where only known operations do, in whatever form', () => {
    expect(ask({ query: unknown })).toEqual(refusal('PERSISTED_QUERY_NOT_IN_LIST'))
    expect(ask({ query: unknown, persistedHash: sha256(unknown) })).toEqual(refusal('PERSISTED_QUERY_NOT_IN_LIST'))
    expect(ask({ documentId: documentIdOf(unknown) })).toEqual(refusal('PERSISTED_QUERY_NOT_IN_LIST'))
    expect(ask({ persistedHash: sha256(unknown) })).toEqual(refusal('PERSISTED_QUERY_NOT_SUPPORTED'))
    expect(ask({ query: gone.text })).toEqual(refusal('PERSISTED_QUERY_NOT_IN_LIST', { retiredAt: retired.retiredAt }))
  })

  it.each<Enforcement>(['off', 'audit'])('runs with enforcement %s, and is remembered by its hash', (enforcement) => {
    expect(ask({ query: unknown }, enforcement)).toEqual({ kind: 'text', text: unknown, remember: false })
    expect(ask({ query: unknown, persistedHash: sha256(unknown) }, enforcement)).toEqual({
      kind: 'text',
      text: unknown,
      remember: true,
    })
    const recalled = { kind: 'recall', sha256: sha256(unknown) }
    expect(ask({ persistedHash: sha256(unknown) }, enforcement)).toEqual(recalled)
    expect(ask({ documentId: documentIdOf(unknown) }, enforcement)).toEqual(recalled)
    expect(ask({ query: gone.text }, enforcement)).toEqual({ kind: 'text', text: gone.text, remember: false })
    expect(ask({ persistedHash: 'no hash' }, enforcement)).toEqual(refusal('PERSISTED_QUERY_NOT_FOUND'))
  })
})
