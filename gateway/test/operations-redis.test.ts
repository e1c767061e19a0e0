/** What gateways share in Redis: usage of operations, and texts that clients sent once. */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { testRedis } from '@holdfast/dev/testing'
import { runCommand } from '@holdfast/operations'
import { publishedAt, type TestRegistry, testRegistry } from '@holdfast/operations/testing'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Redis } from 'ioredis'
import { commandOptions } from '../src/operations-command.ts'
import { startGraph, type TestGraph } from './graph.ts'
import { catalog } from './shop.ts'
import { until } from './until.ts'

let redis: Awaited<ReturnType<typeof testRedis>>
let registry: TestRegistry
let one: TestGraph
let other: TestGraph
let key: string

const used = 'query Used { whoAmI }'
const unused = 'query Unused { whoAmI }'
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

beforeAll(async () => {
  redis = await testRedis()
  registry = await testRegistry()
  key = await registry.partner('acme')
  await registry.publish('acme', 'shop', '1', { Used: used, Unused: unused })
  await registry.publish('acme', 'shop', '2', { Used: used })
  const options = { operations: registry.folder, redisUrl: redis.url, operationsPollMs: 50, usageFlushMs: 50 }
  one = await startGraph({ catalog }, options)
  other = await startGraph({ catalog }, options)
})
afterAll(async () => {
  await one.stop()
  await other.stop()
  await registry.remove()
  await redis.stop()
})

const command = (...args: readonly string[]) =>
  runCommand(args, () =>
    commandOptions({ OPERATIONS: registry.folder, REDIS_URL: redis.url, SUPERGRAPH: one.supergraphFile }),
  )
const published = (documentId: string) =>
  until(async () => {
    const response = await one.post({ documentId }, { 'x-api-key': key })
    return !(await response.text()).includes('NOT_IN_LIST')
  })
/** The rows that the command prints of a client, by app, version and operation. */
const counted = async () => {
  const { lines } = await command('usage', 'acme')
  return lines.map((line) => line.split(/ {2,}/))
}
const usesOf = async (app: string, version: string, operation: string) =>
  Number((await counted()).find((row) => row.slice(1, 4).join() === [app, version, operation].join())?.[4])
const use = async (graph: TestGraph, documentId: string) =>
  expect(await (await graph.post({ documentId }, { 'x-api-key': key })).json()).toMatchObject({ data: {} })

describe('usage', () => {
  it('is counted for all gateways together, completely when one stops, and printed with unused operations', async () => {
    const passing = await startGraph(
      { catalog },
      { operations: registry.folder, redisUrl: redis.url, usageFlushMs: 60_000 },
    )
    const began = Date.now()
    for (let number = 0; number < 3; number++) await use(passing, 'shop~1~Used')
    await passing.stop()
    await use(one, 'shop~1~Used')
    await use(other, 'shop~1~Used')
    await until(async () => (await usesOf('shop', '1', 'Used')) === 5)
    const rows = await counted()
    expect(rows).toContainEqual(['acme', 'shop', '1', 'Used', '5', expect.stringMatching(/^20/)])
    expect(rows.slice(-2)).toContainEqual(['acme', 'shop', '1', 'Unused', '0', 'never'])
    const last = rows.find(([, , version, name]) => version === '1' && name === 'Used')?.[5] ?? ''
    expect(Date.parse(last)).toBeGreaterThanOrEqual(began)
  })

  it('prevents retiring a version in use without --yes', async () => {
    await registry.publish('acme', 'app', '1', { Only: 'query Only { a: whoAmI }' })
    await published('app~1~Only')
    await until(async () => (await usesOf('app', '1', 'Only')) > 0)
    const refused = await command('retire', 'acme', 'app', '1')
    expect(refused).toMatchObject({ ok: false })
    expect(refused.lines.join('\n')).toMatch(/Only: \d+ uses, last on 20[\s\S]*--yes/)
    expect((await command('deprecate', 'acme', 'app', '1')).lines.join('\n')).toContain('Only: 1 uses')
    expect(await command('retire', 'acme', 'app', '1', '--yes')).toMatchObject({ ok: true })
  })

  it('allows retiring a version that another one has replaced, unless requests still name it', async () => {
    const versions = async (app: string, newer: string) => {
      const text = { Same: `query Same { ${app}: whoAmI }` }
      await registry.publish('acme', app, '1', text)
      await published(`${app}~1~Same`)
      await until(async () => (await usesOf(app, '1', 'Same')) > 0)
      await registry.publish('acme', app, '2', text, { life: { state: 'active', publishedAt: newer } })
      return command('retire', 'acme', app, '1')
    }
    expect(await versions('replaced', new Date().toISOString())).toMatchObject({ ok: true })
    const named = await versions('named', publishedAt)
    expect(named).toMatchObject({ ok: false, lines: expect.arrayContaining([expect.stringMatching(/Same: \d+ uses/)]) })
  })
})

describe('a text that was sent once', () => {
  const text = 'query Once { b: whoAmI }'
  const extensions = { persistedQuery: { version: 1, sha256Hash: sha256(text) } }

  it('is known to all gateways', async () => {
    expect(await (await one.post({ query: text, extensions })).json()).toMatchObject({ data: {} })
    await until(async () => !(await (await other.post({ extensions })).text()).includes('NOT_FOUND'))
  })

  it('is checked against its declared type', async () => {
    const client = new Redis(redis.url)
    const forged = 'query Forged { c: whoAmI }'
    const slot = Number.parseInt(sha256(forged).slice(0, 8), 16) % 8_192
    await client.set(`holdfast:apq:${slot}`, 'mutation { count }')
    const body = await (
      await other.post({ extensions: { persistedQuery: { version: 1, sha256Hash: sha256(forged) } } })
    ).text()
    expect(body).toContain('PERSISTED_QUERY_NOT_FOUND')
    client.disconnect()
  })
})

it('without Redis everything runs, and uses are counted later, once', async () => {
  const away = 'query Away { d: whoAmI }'
  await registry.publish('acme', 'away', '1', { Away: away })
  await published('away~1~Away')
  const count = () => usesOf('away', '1', 'Away')
  await until(async () => (await count()) > 0)
  const before = await count()
  await redis.pause()
  const began = Date.now()
  await use(one, 'away~1~Away')
  const extensions = { persistedQuery: { version: 1, sha256Hash: sha256('nobody knows') } }
  expect(await (await one.post({ extensions })).text()).toContain('PERSISTED_QUERY_NOT_FOUND')
  expect(Date.now() - began).toBeLessThan(1_500)
  await sleep(1_500) // Long enough for a batch to be sent, time out after a second and be sent again.
  await redis.resume()
  await until(async () => (await count().catch(() => 0)) > before, 15)
  await use(one, 'away~1~Away')
  await until(async () => (await count()) >= before + 2)
  expect(await count()).toBe(before + 2)
})
