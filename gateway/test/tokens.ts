/** A minimal token issuer. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import type { TokenIssuer } from '../src/identity/token.ts'

export interface TestIssuer {
  readonly tokenIssuer: TokenIssuer
  /** How often its signing keys were fetched. */
  fetches(): number
  token(claims?: JWTPayload, options?: { readonly kid?: string; readonly expires?: number }): Promise<string>
  stop(): Promise<void>
}

export const now = (): number => Math.floor(Date.now() / 1_000)

export async function startIssuer(): Promise<TestIssuer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }
  let fetches = 0
  const server = createServer((_, response) => {
    fetches++
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const tokenIssuer = {
    jwksUrl: `http://127.0.0.1:${port}/jwks.json`,
    issuer: 'https://issuer.test',
    audience: 'test',
  }
  return {
    tokenIssuer,
    fetches: () => fetches,
    token: (claims = {}, { kid = 'one', expires = now() + 60 } = {}) =>
      new SignJWT({
        sub: 'r1',
        role: 'customer',
        iss: tokenIssuer.issuer,
        aud: tokenIssuer.audience,
        exp: expires,
        ...claims,
      })
        .setProtectedHeader({ alg: 'ES256', kid })
        .sign(privateKey),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
