import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { projectDir } from '../files.ts'
import { freePort } from '../processes/free-port.ts'
import { ManagedProcess } from '../processes/managed-process.ts'
import { tokenFrom } from '../stack/addresses.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-'))
let issuer: string
let program: ManagedProcess

beforeAll(async () => {
  const port = await freePort()
  issuer = `http://127.0.0.1:${port}`
  program = new ManagedProcess({
    name: 'issuer',
    command: process.execPath,
    args: [join(projectDir, 'dev', 'servers', 'issuer.ts')],
    env: { PORT: String(port), ISSUER: issuer, KEY_FILE: join(folder, 'key.pem'), LOG_LEVEL: 'info' },
    logFile: join(folder, 'issuer.log'),
    ready: async () => {
      if (!(await fetch(`${issuer}/health/ready`)).ok) throw new Error('not ready')
    },
  })
  await program.start()
})
afterAll(async () => {
  await program.stop()
  rmSync(folder, { recursive: true })
})

const verify = async (token: string) => {
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks.json`))
  return (await jwtVerify(token, keys, { issuer, audience: 'holdfast', algorithms: ['ES256'] })).payload
}

describe('the development issuer', () => {
  it('gives a token for who is asked for, which its published key verifies', async () => {
    const sub = 'a2f1c9a4-52a1-4c68-9c2e-7d1f6a1b2c3d'
    expect(await verify(await tokenFrom(issuer, { sub, role: 'operator' }))).toMatchObject({ sub, role: 'operator' })
  })

  it('makes up a customer when nobody is named, another each time', async () => {
    const [one, other] = await Promise.all([verify(await tokenFrom(issuer)), verify(await tokenFrom(issuer))])
    expect(one).toMatchObject({ role: 'customer', sub: expect.stringMatching(/^[0-9a-f-]{36}$/) })
    expect(one.sub).not.toBe(other.sub)
  })

  it('gives expired tokens to who wants to try one', async () => {
    await expect(verify(await tokenFrom(issuer, { ttlSeconds: -60 }))).rejects.toThrow(
      '"exp" claim timestamp check failed',
    )
  })

  it('keeps its key when it starts again', async () => {
    const token = await tokenFrom(issuer)
    await program.restart()
    await expect(verify(token)).resolves.toMatchObject({ role: 'customer' })
  })

  it('does not publish its private key', async () => {
    const { keys } = (await (await fetch(`${issuer}/jwks.json`)).json()) as { keys: object[] }
    expect(keys).toHaveLength(1)
    expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
  })

  it.each([
    ['{"role":"admin"}', 'role must be one of'],
    ['{"sub":""}', 'sub must be text'],
    ['{"ttlSeconds":1e12}', 'ttlSeconds must be'],
    ['{', 'not JSON'],
    ['"', 'not JSON'],
  ])('refuses %s', async (body, why) => {
    const response = await fetch(`${issuer}/token`, { method: 'POST', body })
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ error: expect.stringContaining(why) })
  })

  it('does not answer a page that reached it under another name', async () => {
    const status = await new Promise((resolve, reject) => {
      const post = request(`${issuer}/token`, { method: 'POST', headers: { host: 'evil.example' } })
      post.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject)
      post.end('{}')
    })
    expect(status).toBe(403)
  })

  it('writes no token to its log', async () => {
    const token = await tokenFrom(issuer)
    await program.stop() // Writes what it had not written yet.
    expect(program.logs(1_000)).not.toContain(token.slice(0, 30))
    expect(program.logs(1_000)).not.toBe('')
  })
})
