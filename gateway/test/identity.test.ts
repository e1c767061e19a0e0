import { createSign, generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startGraph, type TestGraph } from './graph.ts'
import { catalog } from './shop.ts'
import { now, startIssuer, type TestIssuer } from './tokens.ts'

let issuer: TestIssuer
let graph: TestGraph
beforeAll(async () => {
  issuer = await startIssuer()
  graph = await startGraph({ catalog }, { tokenIssuer: issuer.tokenIssuer })
})
afterAll(async () => {
  await graph.stop()
  await issuer.stop()
})

const ask = async (authorization?: string, headers: Record<string, string> = {}) => {
  const response = await graph.post({ query: '{ whoAmI }' }, { ...(authorization && { authorization }), ...headers })
  return { status: response.status, body: await response.json() }
}
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('a token', () => {
  it('identifies the viewer; without one every viewer is anonymous', async () => {
    expect(await ask(`Bearer ${await issuer.token()}`)).toEqual({
      status: 200,
      body: { data: { whoAmI: 'customer r1' } },
    })
    expect(await ask()).toEqual({ status: 200, body: { data: { whoAmI: 'anonymous ' } } })
  })

  it('is the only identity: identity headers of clients are not forwarded', async () => {
    const forged = `${part({ aud: 'catalog', exp: Date.now() + 9_999, viewer: { id: 'x', role: 'operator' } })}.sig`
    expect((await ask(undefined, { 'x-holdfast-identity': forged })).body).toEqual({ data: { whoAmI: 'anonymous ' } })
  })

  it.each<[string, () => Promise<string> | string, RegExp]>([
    ['that is none', () => 'rubbish', /JWT/],
    ['of another issuer', () => issuer.token({ iss: 'https://elsewhere.test' }), /iss/],
    ['for another audience', () => issuer.token({ aud: 'other' }), /aud/],
    ['that ended more than 30 s ago', () => issuer.token({}, { expires: now() - 32 }), /expired/],
    ['without a role', () => issuer.token({ role: undefined }), /role/],
    ['with an unknown role', () => issuer.token({ role: 'emperor' }), /role/],
    ['that claims to be anonymous', () => issuer.token({ role: 'anonymous' }), /role/],
    ['without a subject', () => issuer.token({ sub: undefined }), /sub/],
    ['by an unknown key', () => issuer.token({}, { kid: 'other' }), /issuer/],
    [
      'without a signature',
      () => `${part({ alg: 'none' })}.${part({ sub: 'r1', role: 'operator', exp: now() + 60 })}.`,
      /signed|JWT/,
    ],
    [
      'signed with a secret',
      () => `${part({ alg: 'HS256', kid: 'one' })}.${part({ sub: 'r1', role: 'operator', exp: now() + 60 })}.c2ln`,
      /signed/,
    ],
    [
      'signed by somebody else',
      () => {
        const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
        const { issuer: iss, audience: aud } = issuer.tokenIssuer
        const text = `${part({ alg: 'ES256', kid: 'one' })}.${part({ sub: 'r1', role: 'operator', exp: now() + 60, iss, aud })}`
        const signature = createSign('sha256').update(text).sign({ key: privateKey, dsaEncoding: 'ieee-p1363' })
        return `${text}.${signature.toString('base64url')}`
      },
      /issuer/,
    ],
  ])('%s is refused', async (_, token, why) => {
    const { status, body } = await ask(`Bearer ${await token()}`)
    expect(status).toBe(401)
    expect(body).toEqual({
      errors: [{ message: expect.stringMatching(why), extensions: { code: 'UNAUTHENTICATED' } }],
    })
  })

  it('that ended less than 30 s ago still counts', async () => {
    expect((await ask(`Bearer ${await issuer.token({}, { expires: now() - 27 })}`)).status).toBe(200)
  })

  it('must come as a bearer token', async () => {
    expect((await ask('Basic abc')).status).toBe(401)
  })
})

it('unknown keys do not make the gateway ask the issuer again and again', async () => {
  await ask(`Bearer ${await issuer.token()}`)
  const before = issuer.fetches()
  for (let number = 0; number < 20; number++) await ask(`Bearer ${await issuer.token({}, { kid: `k${number}` })}`)
  expect(issuer.fetches() - before).toBeLessThanOrEqual(1)
})

it('tokens are still verified with known keys while the issuer cannot be reached', async () => {
  const own = await startIssuer()
  const other = await startGraph({ catalog }, { tokenIssuer: own.tokenIssuer })
  const status = async () =>
    (await other.post({ query: '{ whoAmI }' }, { authorization: `Bearer ${await own.token()}` })).status
  expect(await status()).toBe(200)
  await own.stop()
  expect(await status()).toBe(200)
  await other.stop()
})

it('a token is neither refused nor accepted while the issuer has never been reachable', async () => {
  const own = await startIssuer()
  await own.stop()
  const other = await startGraph({ catalog }, { tokenIssuer: own.tokenIssuer })
  const response = await other.post({ query: '{ whoAmI }' }, { authorization: `Bearer ${await own.token()}` })
  expect(response.status).toBe(503)
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE' } }] })
  await other.stop()
})
