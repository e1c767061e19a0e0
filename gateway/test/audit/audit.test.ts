/** The command that runs the federation gateway audit, with a checkout that is as small as one can be. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { supergraphOf } from '../graph.ts'

const main = join(import.meta.dirname, './main.ts')
const place = 'http://place.invalid'
const sdl = supergraphOf({ a: { sdl: 'type Query { a: Int }', resolvers: {} } }, { a: place })

/** Serves suites as the audit does, each with a supergraph, one subgraph and one test. */
const router = `
const sdl = ${JSON.stringify(sdl)}
export const createRouter = () => (request, response) => {
  const [, suite, part] = request.url.split('/')
  const origin = 'http://' + request.headers.host
  const json = (value) => response.setHeader('content-type', 'application/json').end(JSON.stringify(value))
  if (suite === 'ids') json(process.argv[2].endsWith('half') ? ['good', 'bad'] : ['good'])
  else if (part === 'supergraph') response.end(sdl.replace('${place}', origin + '/' + suite + '/a'))
  else if (part === 'tests') json([{ query: '{ a }', expected: suite === 'good' ? 1 : 2 }])
  else json({ data: { a: 1 } })
}`

const judge = `
import { it } from 'node:test'
import { strictEqual } from 'node:assert'
const [{ query, expected }] = await (await fetch(process.env.TESTS_ENDPOINT)).json()
it(process.env.TEST_SUITE + '_0', async () => {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(process.env.GRAPHQL_ENDPOINT, { method: 'POST', headers, body: JSON.stringify({ query }) })
  strictEqual((await response.json()).data.a, expected, 'the answer is another')
})`

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audit-'))
  for (const checkout of ['whole', 'half']) {
    const tsx = join(folder, checkout, 'node_modules/tsx/dist/esm')
    await mkdir(tsx, { recursive: true })
    await mkdir(join(folder, checkout, 'src'))
    await writeFile(join(folder, checkout, 'package.json'), '{ "type": "module" }')
    await writeFile(join(tsx, 'index.mjs'), '') // Node itself reads what is written here.
    await writeFile(join(folder, checkout, 'src/index.ts'), router)
    await writeFile(join(folder, checkout, 'src/test.ts'), judge)
  }
})
afterAll(() => rm(folder, { recursive: true }))

const audit = (checkout: string) =>
  new Promise<{ readonly code: number; readonly lines: readonly string[] }>((resolve) => {
    const child = execFile(process.execPath, [main, join(folder, checkout)], { timeout: 60_000 }, (_, output) =>
      resolve({ code: child.exitCode ?? -1, lines: output.trim().split(/ *\n/) }),
    )
  })

it('says that all tests passed, and ends well', async () => {
  expect(await audit('whole')).toEqual({ code: 0, lines: [expect.stringMatching(/^good +1 of 1$/), '1 of 1'] })
}, 60_000)

it('names the tests that failed, and says why', async () => {
  const { code, lines } = await audit('half')
  expect(code).toBe(1)
  expect(lines).toContainEqual(expect.stringMatching(/^bad +0 of 1$/))
  expect(lines).toContain('bad_0: the answer is another')
  expect(lines.slice(-2)).toEqual(['failed: bad_0', '1 of 2'])
}, 60_000)

it('does not pass when there is nothing to run', async () => {
  expect(await audit('nowhere')).toEqual({ code: 1, lines: [expect.stringContaining('is no checkout of the audit')] })
})
