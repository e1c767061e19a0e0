import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { createHttpServer, PayloadTooLarge, type Route, readBody, sendJson } from '@holdfast/service/http'
import { commonConfig, createLog, readConfig, runProcess } from '@holdfast/service/process'
import { calculateJwkThumbprint, exportJWK, importPKCS8, SignJWT } from 'jose'
import { z } from 'zod'
import { writePrivateFile } from '../files.ts'

// A development issuer of tokens: it gives one to everybody who asks, so it listens on loopback only.

const config = readConfig(
  { PORT: commonConfig.PORT, LOG_LEVEL: commonConfig.LOG_LEVEL, KEY_FILE: z.string(), ISSUER: z.url() },
  process.env,
)
const log = createLog('issuer', config.LOG_LEVEL)

const audience = 'holdfast'
const roles = ['customer', 'operator', 'vehicle']
const maxTtlSeconds = 30 * 24 * 3_600

if (!existsSync(config.KEY_FILE)) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  writePrivateFile(config.KEY_FILE, privateKey.export({ type: 'pkcs8', format: 'pem' }))
}
const signingKey = await importPKCS8(readFileSync(config.KEY_FILE, 'utf8'), 'ES256', { extractable: true })
const { kty, crv, x, y } = await exportJWK(signingKey)
const publicKey = { kty, crv, x, y, alg: 'ES256', use: 'sig', kid: await calculateJwkThumbprint({ kty, crv, x, y }) }

/** {sub?, role, ttlSeconds?} → {access_token, token_type, expires_in}. */
const token: Route = async (request, response) => {
  // DNS rebinding: a web page whose host name resolves to this machine sends that name here.
  if (!/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(request.headers.host ?? ''))
    return sendJson(response, 403, { error: 'forbidden' })
  if (request.method !== 'POST') return sendJson(response, 405, { error: 'POST {sub?, role, ttlSeconds?}' })
  const tokenRequest = await readTokenRequest(request)
  if (typeof tokenRequest === 'string') return sendJson(response, 400, { error: tokenRequest })
  const { sub, role, ttlSeconds } = tokenRequest
  const accessToken = await new SignJWT({ role })
    .setProtectedHeader({ alg: 'ES256', kid: publicKey.kid })
    .setIssuer(config.ISSUER)
    .setAudience(audience)
    .setSubject(sub)
    .setIssuedAt()
    .setExpirationTime(`${ttlSeconds}s`)
    .sign(signingKey)
  sendJson(response, 200, { access_token: accessToken, token_type: 'Bearer', expires_in: ttlSeconds })
}

type TokenRequest = { sub: string; role: string; ttlSeconds: number }

/** The request, or a sentence on what is wrong with it. */
async function readTokenRequest(request: IncomingMessage): Promise<TokenRequest | string> {
  let body: unknown
  try {
    body = JSON.parse((await readBody(request, 4_096)).toString('utf8') || '{}')
  } catch (error) {
    return error instanceof PayloadTooLarge ? error.message : 'not JSON'
  }
  const { sub = randomUUID(), role = 'customer', ttlSeconds = 86_400 } = Object(body) as Record<string, unknown>
  if (typeof sub !== 'string' || sub === '' || sub.length > 100) return 'sub must be text of at most 100 characters'
  if (typeof role !== 'string' || !roles.includes(role)) return `role must be one of ${roles.join(', ')}`
  if (typeof ttlSeconds !== 'number' || !Number.isInteger(ttlSeconds) || Math.abs(ttlSeconds) > maxTtlSeconds) {
    return `ttlSeconds must be a whole number of at most ${maxTtlSeconds}; negative for a token that has expired`
  }
  return { sub, role, ttlSeconds }
}

const metadata = {
  issuer: config.ISSUER,
  jwks_uri: `${config.ISSUER}/jwks.json`,
  token_endpoint: `${config.ISSUER}/token`,
  id_token_signing_alg_values_supported: ['ES256'],
  response_types_supported: ['token'],
  subject_types_supported: ['public'],
}

await runProcess(log, [
  createHttpServer({
    host: '127.0.0.1',
    port: config.PORT,
    log,
    routes: {
      '/.well-known/openid-configuration': (_, response) => sendJson(response, 200, metadata),
      '/jwks.json': (_, response) => sendJson(response, 200, { keys: [publicKey] }),
      '/token': token,
    },
    ready: {},
  }),
])
