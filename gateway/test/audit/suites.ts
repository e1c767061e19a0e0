/** Runs the audit's suites, each against a gateway of its own that serves the suite's supergraph. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { run, type Started, start } from './processes.ts'
import type { Verdict } from './verdicts.ts'

export interface SuiteResult {
  readonly suite: string
  readonly total: number
  readonly failed: readonly (Verdict & { readonly why: string })[]
  /** The end of the gateway's warnings. */
  readonly log: string
}

const fetchMs = 30_000 // the first request loads the subgraphs of all suites
const startMs = 30_000
const suiteMs = 120_000
const atOnce = Math.min(4, availableParallelism())
const gatewayMain = join(import.meta.dirname, '../../src/main.ts')

/** Calls `report` with each result, and resolves to all of them. */
export async function runSuites(
  folder: string,
  production: boolean,
  report: (result: SuiteResult) => void,
  signal: AbortSignal,
): Promise<readonly SuiteResult[]> {
  const tsx = pathToFileURL(join(folder, 'node_modules', 'tsx', 'dist', 'esm', 'index.mjs')).href
  await using subgraphs = start(process.execPath, ['--import', tsx, join(import.meta.dirname, 'subgraphs.ts'), folder])
  const origin = `http://127.0.0.1:${await portOf(subgraphs, signal)}`
  const suites = z.array(z.string()).parse(await read(`${origin}/ids`, signal))
  const results: SuiteResult[] = []
  const waiting = suites.values()
  const work = async () => {
    for (const suite of waiting) {
      const result = await runSuite({ folder, tsx, origin, suite, production, signal })
      results.push(result)
      report(result)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return results
}

interface Suite {
  readonly folder: string
  readonly tsx: string
  readonly origin: string
  readonly suite: string
  readonly production: boolean
  readonly signal: AbortSignal
}

async function runSuite({ folder, tsx, origin, suite, production, signal }: Suite): Promise<SuiteResult> {
  const at = `${origin}/${suite}`
  const { length: total } = z.array(z.unknown()).parse(await read(`${at}/tests`, signal))
  const port = await freePort()
  await using gateway = start(process.execPath, [gatewayMain], {
    SUPERGRAPH: `${at}/supergraph`,
    PORT: String(port),
    LOG_LEVEL: 'warn',
    NODE_ENV: production ? 'production' : 'development',
  })
  const none = (why: string): SuiteResult => ({
    suite,
    total,
    failed: Array.from({ length: total }, (_, index) => ({ name: `${suite}_${index}`, why })),
    log: gateway.output(),
  })
  const url = `http://127.0.0.1:${port}`
  if (!(await isReady(gateway, `${url}/health/ready`, signal))) return none('the gateway does not start')

  const reporter = pathToFileURL(join(import.meta.dirname, 'verdicts.ts')).href
  const args = ['--import', tsx, `--test-reporter=${reporter}`, join(folder, 'src', 'test.ts')]
  const env = { TEST_SUITE: suite, TESTS_ENDPOINT: `${at}/tests`, GRAPHQL_ENDPOINT: `${url}/graphql` }
  const verdicts = verdictsOf(await run(process.execPath, args, { env, timeoutMs: suiteMs, signal, mayFail: true }))
  if (verdicts.length !== total) return none(`${verdicts.length} of ${total} tests were run`)
  const failed = verdicts.flatMap(({ name, why }) => (why === undefined ? [] : [{ name, why }]))
  return { suite, total, failed, log: gateway.output() }
}

const verdictsOf = (output: string): readonly Verdict[] =>
  output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))

async function portOf({ child, output }: Started, signal: AbortSignal): Promise<number> {
  const timely = AbortSignal.any([signal, AbortSignal.timeout(startMs)])
  const dead = new AbortController()
  child.once('exit', () => dead.abort(new Error(`the audit's subgraphs do not start: ${output()}`)))
  const [address] = await once(child, 'message', { signal: AbortSignal.any([timely, dead.signal]) })
  return z.object({ port: z.number() }).parse(address).port
}

async function isReady({ child }: Started, url: string, signal: AbortSignal): Promise<boolean> {
  for (const end = Date.now() + startMs; Date.now() < end && child.exitCode === null; await sleep(50)) {
    signal.throwIfAborted()
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined)
    if (response?.ok) return true
  }
  return false
}

async function read(url: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(fetchMs)]) })
  return response.json()
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}
