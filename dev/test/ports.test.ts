import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { freePort, isFree } from '../processes/free-port.ts'
import { choosePorts } from '../stack/choose-ports.ts'
import { readSettings } from '../stack/settings.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('ports', () => {
  it('that are taken are all named, with the variables that change them', async () => {
    const others = await Promise.all([listen(await freePort()), listen(await freePort())])
    const [port = 0, issuerPort = 0] = others.map(({ port }) => port)
    try {
      const settings = readSettings({ PORT: String(port), ISSUER_PORT: String(issuerPort) }, [])
      const refusal = choosePorts(folder, 'public', settings, new Set())
      await expect(refusal).rejects.toThrow(`Port ${port} is taken by another program; set PORT to a free one.`)
      await expect(refusal).rejects.toThrow(
        `Port ${issuerPort} is taken by another program; set ISSUER_PORT to a free one.`,
      )
      const free = await choosePorts(folder, 'free', settings, new Set())
      expect([free.gateway, free.issuer]).not.toEqual([port, issuerPort])
    } finally {
      for (const { close } of others) close()
    }
  })

  it('stay the same from start to start, except one that is taken', async () => {
    const settings = readSettings({}, [])
    const first = await choosePorts(folder, 'free', settings, new Set())
    expect(await choosePorts(folder, 'free', settings, new Set())).toEqual(first)
    const thief = createServer()
    await new Promise<void>((resolve) => thief.listen(first.redis, '127.0.0.1', resolve))
    const { redis, ...others } = await choosePorts(folder, 'free', settings, new Set())
    thief.close()
    expect(redis).not.toBe(first.redis)
    expect({ ...others, redis: first.redis }).toEqual(first)
  })
})

describe('ports that nobody asked for', () => {
  /** As `readSettings` without PORT and ISSUER_PORT, but with defaults that are free on this machine. */
  const settingsWith = (port: number, issuerPort: number) => ({ ...settingsOf({}), port, issuerPort })

  it('are replaced by free ones next to them, and that is said', async () => {
    const [port, issuerPort] = await twoFreePorts()
    const other = await listen(port)
    const lines: string[] = []
    try {
      const ports = await choosePorts(folder, 'public', settingsWith(port, issuerPort), new Set(), (line) =>
        lines.push(line),
      )
      expect(ports.gateway).toBeGreaterThan(issuerPort)
      expect(ports.issuer).toBe(issuerPort)
      expect(lines).toEqual([expect.stringContaining(`Port ${port} is taken by another program`)])
      expect(lines[0]).toContain(`The endpoint is on port ${ports.gateway} instead`)
    } finally {
      other.close()
    }
  })

  it('may be any when the token issuer runs elsewhere', async () => {
    const [port] = await twoFreePorts()
    const ports = await choosePorts(folder, 'public', settingsWith(port, port), new Set(['issuer']))
    expect(ports.gateway).toBe(port)
  })

  it('count as taken when another program would get the requests to localhost by IPv6', async () => {
    const [port, issuerPort] = await twoFreePorts()
    const other = await listen(port, '::1')
    try {
      const settings = settingsWith(port, issuerPort)
      expect((await choosePorts(folder, 'public', settings, new Set())).gateway).not.toBe(port)
      const chosen = choosePorts(folder, 'public', { ...settings, chosen: new Set(['PORT']) }, new Set())
      await expect(chosen).rejects.toThrow(`Port ${port} is taken`)
      // The printed address is then 127.0.0.2, which nobody else listens on.
      expect((await choosePorts(folder, 'public', { ...settings, host: '127.0.0.2' }, new Set())).gateway).toBe(port)
    } finally {
      other.close()
    }
  })
})

const settingsOf = (env: Record<string, string>) => readSettings(env, [])

/** One directly after the other. */
async function twoFreePorts(): Promise<[number, number]> {
  for (;;) {
    const port = await freePort()
    if (await isFree(port + 1)) return [port, port + 1]
  }
}

async function listen(port: number, host = '127.0.0.1') {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(port, host, resolve))
  return { port, close: () => other.close() }
}
