/** The registry's command, as a partner manager types it. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '@holdfast/operations'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { commandOptions } from '../src/operations-command.ts'
import { supergraphOf } from './graph.ts'
import { catalog, reviews, shipping, users } from './shop.ts'

const main = join(import.meta.dirname, '../src/operations-command.ts')
let home: string
let folder: string
let supergraph: string

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'command-'))
  folder = join(home, 'operations')
  supergraph = join(home, 'supergraph.graphql')
  await writeFile(supergraph, supergraphOf({ catalog, shipping, reviews, users }))
  await run('client', 'acme', '--partner', '--scopes', 'a b', '--per-minute', '60')
})
afterAll(() => rm(home, { recursive: true }))

interface Said {
  readonly code: number
  readonly text: string
}

const environment = () => ({ OPERATIONS: folder, SUPERGRAPH: supergraph })

const run = async (...args: readonly string[]): Promise<Said> => {
  const { ok, lines } = await runCommand(args, () => commandOptions(environment()))
  return { code: ok ? 0 : 1, text: `${lines.join('\n')}\n` }
}

/** As a process. */
const start = (...args: readonly string[]): Promise<Said> =>
  new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { env: environment(), timeout: 20_000 }, (err, stdout, stderr) =>
      resolve({ code: typeof err?.code === 'number' ? err.code : 0, text: err ? stderr : stdout }),
    )
  })

let manifests = 0
const manifest = async (content: unknown): Promise<string> => {
  const file = join(home, `manifest-${manifests++}.json`)
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}
const apollo = (operations: readonly { id: string; name: string; body: string }[]) =>
  manifest({
    format: 'apollo-persisted-query-manifest',
    version: 1,
    operations: operations.map((one) => ({ type: 'query', ...one })),
  })
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const ids = 'query Ids { products { id } }'
const stock = 'query Stock { products { id inStock } }'

describe('publish', () => {
  it('prints id, cost and subgraph requests of each operation', async () => {
    const file = await apollo([
      { id: sha256(ids), name: 'Ids', body: ids },
      { id: 'two', name: 'Stock', body: stock },
    ])
    const { code, text } = await run('publish', 'acme', 'shop', '1.0.0', file, '--max-age', 'Ids=30')
    expect(text).toMatch(new RegExp(`Ids +query +sha256:${sha256(ids)} +\\d+ +1\\n`))
    expect(text).toMatch(new RegExp(`Stock +query +sha256:${sha256(stock)} +\\d+ +2\\n`))
    expect(code).toBe(0)
    const written = JSON.parse(await readFile(join(folder, 'acme/shop/1.0.0.json'), 'utf8'))
    expect(written).toMatchObject({
      life: { state: 'active' },
      operations: [{ name: 'Ids', maxAgeS: 30 }, { id: 'two' }],
    })
    expect(await readdir(join(folder, 'acme/shop'))).toEqual(['1.0.0.json'])
  })

  it.each<[string, (text: string) => unknown]>([
    ["Relay's map", (text) => ({ [createHash('md5').update(text).digest('hex')]: text })],
    ["GraphQL Code Generator's map", (text) => ({ [sha256(text)]: text })],
    ["GraphQL Code Generator's map of SHA-1", (text) => ({ [createHash('sha1').update(text).digest('hex')]: text })],
  ])('reads %s', async (name, map) => {
    const version = String(name.length)
    const content = map(`query Read { me { id } } # ${version}`)
    expect(await run('publish', 'acme', 'maps', version, await manifest(content))).toMatchObject({ code: 0 })
    const written = JSON.parse(await readFile(join(folder, `acme/maps/${version}.json`), 'utf8'))
    expect(written.operations).toEqual([
      expect.objectContaining({ id: Object.keys(content as object)[0], name: 'Read' }),
    ])
  })

  it('reports everything that is invalid, and publishes nothing', async () => {
    const file = await apollo([
      { id: '1', name: 'Good', body: 'query Good { products { id } }' },
      { id: '2', name: 'Bad', body: 'query Bad { products { wheels colour } }' },
      { id: '3', name: 'Broken', body: 'query Broken {' },
      { id: '4', name: 'Two', body: 'query A { ships } query B { ships }' },
      { id: '5', name: 'Nameless', body: '{ ships }' },
      { id: '6', name: 'Good', body: 'query Good { ships }' },
      { id: sha256('other'), name: 'Wrong', body: 'query Wrong { ships }' },
      { id: 'a~b~c', name: 'Odd', body: 'query Odd { ships }' },
      { id: 'two', name: 'Taken', body: 'query Taken { ships }' },
      {
        id: '7',
        name: 'Deep',
        body: `query Deep ${'{ products { reviews { product '.repeat(9)}{ id }${' } } }'.repeat(9)}`,
      },
    ])
    const { code, text } = await run('publish', 'acme', 'shop', '2.0.0', file, '--max-age', 'Nobody=3')
    expect(code).toBe(1)
    for (const error of [
      /2: Cannot query field "wheels"/,
      /2: Cannot query field "colour"/,
      /3: Syntax Error/,
      /4: .*exactly one operation/,
      /5: .*have a name/,
      /Good: has the same name as another/,
      /Wrong: has an id that is neither/,
      /Odd: has an id that is neither/,
      /Taken: has the same id as another operation, Stock in shop\/1.0.0/,
      /7: .*levels deep/,
      /Nobody: no query has this name/,
    ])
      expect(text).toMatch(error)
    expect(await readdir(join(folder, 'acme/shop'))).toEqual(['1.0.0.json'])
  })

  it('never changes a published version; publishing the same again succeeds', async () => {
    const same = await apollo([{ id: 'i', name: 'Ids', body: ids }])
    expect(await run('publish', 'acme', 'same', '1', same)).toMatchObject({ code: 0 })
    expect(await run('publish', 'acme', 'same', '1', same)).toMatchObject({
      code: 0,
      text: expect.stringMatching(/already/),
    })
    const other = await apollo([{ id: 'i', name: 'Ids', body: `${ids} ` }])
    expect(await run('publish', 'acme', 'same', '1', other)).toMatchObject({
      code: 1,
      text: expect.stringMatching(/other operations/),
    })
  })

  it('of two at once, one is published', async () => {
    const files = await Promise.all(
      ['a', 'b'].map((letter) => apollo([{ id: 'x', name: 'X', body: `query X { ${letter}: ships }` }])),
    )
    const said = await Promise.all(files.map((file) => start('publish', 'acme', 'race', '1', file)))
    expect(said.map(({ code }) => code).sort()).toEqual([0, 1])
  })

  it.each([
    ['nobody', 'shop', '1'],
    ['../acme', 'shop', '1'],
    ['acme', '../../etc', '1'],
    ['acme', 'shop', '../1'],
    ['acme', 'shop', '..'],
    ['acme', '', '1'],
  ])('refuses the place %s/%s/%s', async (client, app, version) => {
    const file = await apollo([{ id: 'x', name: 'X', body: 'query X { ships }' }])
    const before = await filesBelow(home)
    expect((await run('publish', client, app, version, file)).code).toBe(1)
    expect(await filesBelow(home)).toEqual(before)
  })

  it.each<[string, unknown]>([
    ['that is not JSON', '{'],
    ['that is a list', []],
    ['that has no operations', {}],
    ['of another version', { format: 'apollo-persisted-query-manifest', version: 2, operations: [] }],
    ['that is nested without end', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['that is huge', `{"a":"${'x'.repeat(11_000_000)}"}`],
    ['of too many operations', Object.fromEntries(Array.from({ length: 5_001 }, (_, id) => [id, 'query A { ships }']))],
  ])('refuses a manifest %s', async (_, content) => {
    const { code, text } = await run('publish', 'acme', 'shop', '9', await manifest(content))
    expect(code).toBe(1)
    expect(text).not.toMatch(/ at .*\.ts:/)
  })
})

it("operations beyond a partner's scopes are not published, and check reports them", async () => {
  const guarded = join(home, 'guarded.graphql')
  const sdl = 'type Query { open: Int  closed: Int @requiresScopes(scopes: [["closed:read"], ["a", "b"]]) }'
  await writeFile(guarded, supergraphOf({ one: { sdl, resolvers: {} } }))
  const place = ['--supergraph', guarded, '--folder', join(home, 'guarded')]
  const file = await apollo([{ id: 'c', name: 'Closed', body: 'query Closed { open closed }' }])
  await run('client', 'acme', '--partner', '--scopes', 'a', ...place)
  await run('client', 'house', '--app', ...place)
  expect(await run('publish', 'acme', 'shop', '1', file, ...place)).toMatchObject({
    code: 1,
    text: expect.stringMatching(/Closed: .* scopes closed:read, or a b\./),
  })
  await run('client', 'acme', '--scopes', 'a closed:read', ...place)
  expect(await run('publish', 'acme', 'shop', '1', file, ...place)).toMatchObject({ code: 0 })
  expect(await run('publish', 'house', 'shop', '1', file, ...place)).toMatchObject({
    code: 0,
    text: expect.stringMatching(/Closed +query +sha256:\w+ +\d+ +1\n/),
  })
  await run('client', 'acme', '--scopes', 'a', ...place)
  const { code, text } = await run('check', ...place)
  expect(code).toBe(1)
  expect(text).toMatch(/acme shop~1~Closed: .* scopes closed:read, or a b\./)
  expect(text).not.toContain('house')
})

describe('the life of a version', () => {
  it('is moved by commands, by legal moves only', async () => {
    const file = await apollo([{ id: 'm', name: 'M', body: 'query M { ships }' }])
    await run('publish', 'acme', 'moves', '1', file)
    const state = async () => JSON.parse(await readFile(join(folder, 'acme/moves/1.json'), 'utf8')).life
    expect((await run('deprecate', 'acme', 'moves', '1', '--sunset', '2001-01-01')).code).toBe(1)
    expect((await run('deprecate', 'acme', 'moves', '1', '--sunset', 'soon')).code).toBe(1)
    expect(await state()).toMatchObject({ state: 'active' })
    expect((await run('deprecate', 'acme', 'moves', '1', '--sunset', '2091-01-31')).code).toBe(0)
    expect(await state()).toMatchObject({ state: 'deprecated', sunset: '2091-01-31T00:00:00.000Z' })
    expect((await run('list', 'acme')).text).toContain('moves/1: deprecated, sunset 2091-01-31')
    expect((await run('retire', 'acme', 'moves', '1')).code).toBe(0)
    expect((await run('list', 'acme')).text).toMatch(/moves\/1: retired 20\d\d-/)
    expect(await run('deprecate', 'acme', 'moves', '1')).toMatchObject({
      code: 1,
      text: expect.stringMatching(/is retired/),
    })
    expect((await run('restore', 'acme', 'moves', '1')).code).toBe(0)
    expect(await state()).toEqual({ state: 'active', publishedAt: expect.any(String) })
    expect((await run('retire', 'acme', 'moves', '2')).code).toBe(1)
  })
})

describe('check', () => {
  it('reports partner, app, version and operation that a supergraph breaks', async () => {
    expect(await run('check')).toMatchObject({ code: 0, text: expect.stringMatching(/published operations hold/) })
    const changed = join(home, 'changed.graphql')
    const sdl = catalog.sdl.replace('product(id: ID!)', 'product(id: ID!, since: Int!)')
    const without = { ...shipping, sdl: shipping.sdl.replaceAll('inStock: Boolean!', '') }
    await writeFile(changed, supergraphOf({ catalog: { ...catalog, sdl }, shipping: without, reviews, users }))
    const file = await apollo([{ id: 'one', name: 'One', body: 'query One { product(id: "1") { id } }' }])
    await run('publish', 'acme', 'checked', '7', file)
    await run('deprecate', 'acme', 'checked', '7')
    const { code, text } = await run('check', '--supergraph', changed)
    expect(code).toBe(1)
    expect(text).toMatch(/acme shop~1\.0\.0~Stock: Cannot query field "inStock"/)
    expect(text).toMatch(/acme checked~7~One \(deprecated\): .*"since" of type "Int!" is required/)
    expect(text).not.toContain('~Ids')
    await run('retire', 'acme', 'checked', '7')
    expect((await run('check', '--supergraph', changed)).text).not.toContain('checked')
  })

  it('reports credentials of two clients', async () => {
    await run('client', 'twin-a', '--app', '--azp', 'same own')
    await run('client', 'twin-b', '--app', '--azp', 'same')
    expect(await run('check')).toMatchObject({
      code: 1,
      text: expect.stringContaining('azp same is of several clients: twin-a, twin-b'),
    })
    await rm(join(folder, 'twin-b'), { recursive: true })
    expect(await run('check')).toMatchObject({ code: 0 })
  })

  it('fails on files that do not load', async () => {
    await run('client', 'torn', '--partner')
    await writeFile(join(folder, 'torn/client.json'), '{')
    expect(await run('check')).toMatchObject({ code: 1, text: expect.stringMatching(/torn: .*client\.json/) })
    await rm(join(folder, 'torn'), { recursive: true })
  })
})

describe('keys', () => {
  it('are shown once, stored as hashes, at most two at a time', async () => {
    await run('client', 'keyed', '--partner')
    const add = async () => (await run('key', 'add', 'keyed')).text.split('\n')[0] ?? ''
    const [first, second] = [await add(), await add()]
    expect(first).toMatch(/^holdfast_key_[\w-]{43}$/)
    expect(second).not.toBe(first)
    expect(await run('key', 'add', 'keyed')).toMatchObject({ code: 1, text: expect.stringMatching(/Revoke one first/) })
    const kept = () => readFile(join(folder, 'keyed/client.json'), 'utf8')
    expect(await kept()).not.toContain(first)
    expect(await kept()).toContain(sha256(first))
    expect((await run('list', 'keyed')).text).not.toContain(first)
    expect((await run('key', 'revoke', 'keyed', first.slice(0, 17))).code).toBe(0)
    expect(await kept()).not.toContain(sha256(first))
    expect(await kept()).toContain(sha256(second))
    expect((await run('key', 'revoke', 'keyed', 'nothing')).code).toBe(1)
    expect((await run('key', 'add', 'keyed')).code).toBe(0)
  })

  it('may be revoked by the complete leaked key, which is not printed', async () => {
    await run('client', 'leaky', '--partner')
    const leaked = (await run('key', 'add', 'leaky')).text.split('\n')[0] ?? ''
    const { code, text } = await run('key', 'revoke', 'acme', leaked)
    expect([code, text.includes(leaked)]).toEqual([1, false])
    const done = await run('key', 'revoke', 'leaky', leaked)
    expect([done.code, done.text.includes(leaked)]).toEqual([0, false])
    expect((await run('list', 'leaky')).text).toContain('keys none')
  })
})

describe('clients', () => {
  it('change only in the given options', async () => {
    await run('client', 'changing', '--partner', '--scopes', 'a b', '--per-minute', '7')
    await run('key', 'add', 'changing')
    expect((await run('client', 'changing', '--scopes', 'c')).code).toBe(0)
    const file = JSON.parse(await readFile(join(folder, 'changing/client.json'), 'utf8'))
    expect(file).toMatchObject({ scopes: ['c'], rate: { perMinute: 7 }, keys: [{}] })
  })

  it.each([
    ['without a kind', ['new']],
    ['of a name that is none', ['../new', '--partner']],
    ['with a second scope outside the quotes', ['new', '--partner', '--scopes', 'a', 'b']],
    ['as both', ['new', '--partner', '--app']],
    ['with an enforcement that is none', ['new', '--app', '--enforcement', 'sometimes']],
    ['as a partner with enforcement', ['new', '--partner', '--enforcement', 'off']],
    ['as an app with scopes', ['new', '--app', '--scopes', 'a']],
    ['with a rate that is none', ['new', '--partner', '--per-minute', 'many']],
    ['with a scope that is none', ['new', '--partner', '--scopes', 'a"b']],
    ['of another kind than it has', ['acme', '--app']],
  ])('are not made %s', async (_, args) => {
    const before = await filesBelow(home)
    expect((await run('client', ...args)).code).toBe(1)
    expect(await filesBelow(home)).toEqual(before)
  })
})

it('an unknown command prints the help', async () => {
  for (const args of [
    [],
    ['publsh'],
    ['key', 'steal', 'acme'],
    ['list', '--loud'],
    ['list', 'nobody'],
    ['retire', 'acme', 'shop', '1', '2'],
  ])
    expect((await run(...args)).code).toBe(1)
  expect(await run('--help')).toEqual({ code: 0, text: expect.stringContaining('key revoke <client>') })
  expect(await start()).toEqual({
    code: 1,
    text: expect.stringContaining('publish <client> <app> <version> <manifest>'),
  })
  expect(await start('list', 'acme')).toEqual({ code: 0, text: expect.stringContaining('acme: partner') })
})

async function filesBelow(path: string): Promise<readonly string[]> {
  const names = await readdir(path, { recursive: true })
  return Promise.all(
    names.sort().map(async (name) => {
      const { size, mtimeMs } = await stat(join(path, name))
      return `${name} ${size} ${name.endsWith('.json') ? mtimeMs : ''}`
    }),
  )
}
