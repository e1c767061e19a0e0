/** The registry's folder: what a gateway makes of it, however it is changed. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLog } from '@holdfast/service/process'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { runCommand } from '../src/command.ts'
import { currentRegistry } from '../src/registry/current-registry.ts'
import { clientPath, registryFolder, versionPath } from '../src/registry/folder.ts'
import { overwrite, type TestRegistry, testRegistry } from './registry.ts'
import { until } from './until.ts'

let registry: TestRegistry
beforeEach(async () => {
  registry = await testRegistry()
})
afterEach(() => registry.remove())

const log = createLog('test', process.env['LOG_LEVEL'] ?? 'silent')
const names = async (folder = registryFolder(registry.folder)) => {
  const { clients, errors } = await folder.read()
  return { clients: clients.map(({ name }) => name), errors: [...errors.keys()] }
}
const operationsOf = async (folder: ReturnType<typeof registryFolder>, client: string) =>
  (await folder.read()).clients.find(({ name }) => name === client)?.operations.map(({ name }) => name)

describe('files that do not load', () => {
  beforeEach(async () => {
    await registry.partner('acme')
    await registry.publish('acme', 'shop', '1', { Old: 'query Old { a }' })
    await registry.partner('other')
  })

  it.each<[string, string]>([
    ['torn', '{"format":'],
    [
      'retired, and not since when',
      '{"format":"apollo-persisted-query-manifest","version":1,"life":{"state":"retired","publishedAt":"2026-01-01T00:00:00.000Z"},"operations":[]}',
    ],
    ['of another shape', '{"format":"apollo-persisted-query-manifest","version":1,"operations":[{}]}'],
    ['empty', ''],
    ['a bomb of brackets', '['.repeat(1_000_000)],
    ['larger than allowed', `{"x":"${'x'.repeat(10_000_001)}"}`],
    ['with a prototype in it', '{"__proto__":{"format":"apollo-persisted-query-manifest"}}'],
  ])('%s: the client keeps what it had, and holds back no other', async (_, text) => {
    const folder = registryFolder(registry.folder)
    await folder.read()
    await overwrite(versionPath(registry.folder, 'acme', 'shop', '1'), text)
    await registry.publish('other', 'app', '1', { New: 'query New { a }' })
    expect(await names(folder)).toEqual({ clients: ['acme', 'other'], errors: ['acme'] })
    expect(await operationsOf(folder, 'acme')).toEqual(['Old'])
    expect(await operationsOf(folder, 'other')).toEqual(['New'])
    expect((await folder.read()).changed).toBe(false)

    await registry.publish('acme', 'shop', '1', { Mended: 'query Mended { a }' })
    expect(await operationsOf(folder, 'acme')).toEqual(['Mended'])
  })

  it('from the start: the client is unknown, the others are known', async () => {
    await overwrite(clientPath(registry.folder, 'acme'), '{"kind":"partner","scopes":[],"keys":[],"enforcement":"off"}')
    expect(await names()).toEqual({ clients: ['other'], errors: ['acme'] })
  })
})

it('what is not a client or a version is ignored', async () => {
  await registry.partner('acme')
  await registry.publish('acme', 'shop', '1', { Good: 'query Good { a }' })
  await writeFile(join(registry.folder, 'README.md'), 'notes')
  await writeFile(join(registry.folder, 'acme/shop/.1.json'), '{')
  await writeFile(join(registry.folder, 'acme/shop/notes.txt'), '{')
  await mkdir(join(registry.folder, 'Upper'))
  await mkdir(join(registry.folder, 'nobody'))
  await mkdir(join(registry.folder, '.git'))
  const folder = registryFolder(registry.folder)
  expect(await names(folder)).toEqual({ clients: ['acme'], errors: [] })
  expect(await operationsOf(folder, 'acme')).toEqual(['Good'])
})

const started = async () => {
  const current = currentRegistry(registry.folder, log, 50)
  await current.start()
  return current
}

describe('the current registry', () => {
  const started = async () => {
    const current = currentRegistry(registry.folder, log, 50)
    await current.start()
    return current
  }
  it('stays as it is when the folder disappears or becomes empty', async () => {
    const key = await registry.partner('acme')
    const current = await started()
    const aside = `${registry.folder}-aside`
    await rename(registry.folder, aside)
    await sleep(200)
    expect(current.partnerOf(key)).toBeDefined()
    await mkdir(registry.folder)
    await sleep(200)
    expect(current.partnerOf(key)).toBeDefined()
    await rm(registry.folder, { recursive: true })
    await rename(aside, registry.folder)
    await registry.partner('next')
    await until(() => current.registry().clients.has('next'))
    expect(current.partnerOf(key)).toBeDefined()
    await current.stop?.()
  })

  it('ends connections of a key when its scopes change, and not when only operations do', async () => {
    const key = await registry.partner('acme', ['a'])
    const current = await started()
    const withdrawn = current.partnerOf(key)?.keyChanged
    await registry.publish('acme', 'shop', '1', { New: 'query New { a }' })
    await until(() => current.registry().clients.get('acme')?.operations.length === 1)
    expect(withdrawn?.aborted).toBe(false)
    const { file } = current.registry().clients.get('acme') ?? {}
    await overwrite(clientPath(registry.folder, 'acme'), JSON.stringify({ ...file, scopes: ['a', 'b'] }))
    await until(() => withdrawn?.aborted === true)
    expect(current.partnerOf(key)?.keyChanged.aborted).toBe(false)
    await current.stop?.()
  })

  it('forgets a client whose folder is removed', async () => {
    const key = await registry.partner('acme')
    await registry.partner('other')
    const current = await started()
    await rm(join(registry.folder, 'acme'), { recursive: true })
    await until(() => current.partnerOf(key) === undefined)
    await current.stop?.()
  })

  it('does not start without its folder', async () => {
    await expect(Promise.resolve(currentRegistry(`${registry.folder}-not`, log).start())).rejects.toMatchObject({
      code: 'ENOENT',
    })
  })
})

it('of three thousand clients those that did not change are not read again, and a key that the command revokes ends at once', async () => {
  const file = JSON.stringify({ kind: 'partner', scopes: [], keys: [] })
  for (let number = 0; number < 3_000; number++) {
    const name = `client-${number}`
    await mkdir(join(registry.folder, name))
    await writeFile(clientPath(registry.folder, name), file)
  }
  const key = await registry.partner('client-7')
  const folder = registryFolder(registry.folder)
  const began = performance.now()
  expect((await folder.read()).clients).toHaveLength(3_000)
  const read = performance.now() - began
  expect((await folder.read()).changed).toBe(false)
  expect(performance.now() - began - read).toBeLessThan(read)

  const current = await started()
  await sleep(500) // Now it has looked, and rests longer than we wait.
  const withdrawn = current.partnerOf(key)?.keyChanged
  await runCommand(['key', 'revoke', 'client-7', key.slice(0, 17)], () => ({
    folder: registry.folder,
    supergraph: '',
    redisUrl: undefined,
    loadInspect: () => Promise.reject(new Error('not needed')),
  }))
  await until(() => withdrawn?.aborted === true, 1)
  await current.stop?.()
})
