import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { generate } from '@holdfast/database/generate'
import { outdatedSchemaFiles, writeSchema } from '@holdfast/database/generate-schema'
import { migrate } from '@holdfast/database/migrate'
import { whenAskedToStop } from './asked-to-stop.ts'
import { provide, systemPrograms } from './binaries.ts'
import { createDatabase } from './database.ts'
import { clearLeftovers, lockOf, pidFileOf } from './leftovers.ts'
import { releaseLock, takeLock } from './lock.ts'
import { holdfastDir, projectDir } from './places.ts'
import { freePort } from './ports.ts'
import { type Postgres, postgres } from './postgres.ts'
import { stepsTo } from './steps.ts'
import { type TestServer, testServerVariable } from './test-server.ts'

const steps = stepsTo(console.log, process.stdout.isTTY === true)

/** `npm test`: Jest on everything, or on what the arguments say, against servers of its own. */
export async function test(args: string[]): Promise<number> {
  await steps.step('system programs', 'Redis and Mosquitto on this machine', () => provide(systemPrograms, steps.say))
  await steps.step('database client', 'Prisma to generate it when the schema changed', generate)
  return withPostgres(async (server, folder) => {
    // Stories bring up all of Holdfast each, so they get the machine to themselves.
    const runs =
      args.length > 0
        ? [args]
        : [['--testPathIgnorePatterns=/e2e/|/node_modules/|/[.]holdfast/'], ['--runInBand', 'e2e']]
    const results = join(folder, 'results.json')
    const jest = createRequire(import.meta.url).resolve('jest/bin/jest')
    let passed = 0
    let failed = 0
    for (const each of runs) {
      rmSync(results, { force: true })
      const code = await run(process.execPath, [jest, ...each, '--json', `--outputFile=${results}`], {
        NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
        [testServerVariable]: JSON.stringify(server),
      })
      if (!existsSync(results)) return code === 0 ? 1 : code
      const counts = JSON.parse(readFileSync(results, 'utf8')) as Counts
      passed += counts.numPassedTests
      // A file that could not even be loaded holds no tests to count, and is a failure all the same.
      failed += counts.numFailedTests + counts.numRuntimeErrorTestSuites + (code !== 0 && counts.success ? 1 : 0)
    }
    console.log(`${passed} passed, ${failed} failed`)
    return failed === 0 && passed > 0 ? 0 : 1
  })
}

type Counts = { success: boolean; numPassedTests: number; numFailedTests: number; numRuntimeErrorTestSuites: number }

/** `npm run schema`: describes the tables for Prisma as the migrations make them, and generates the client. */
export async function updateSchema(): Promise<number> {
  return withPostgres(async ({ url }) => {
    await writeSchema(await migratedDatabase(url))
    generate()
    return 0
  })
}

/** `npm run drift:schema`: whether `npm run schema` would change anything. */
export async function checkSchema(): Promise<number> {
  return withPostgres(async ({ url }) => {
    const outdated = await outdatedSchemaFiles(await migratedDatabase(url))
    if (outdated.length === 0) return 0
    console.error(`Other tables than the migrations make: ${outdated.join(', ')}. Run "npm run schema".`)
    return 1
  })
}

async function migratedDatabase(serverUrl: string): Promise<string> {
  await createDatabase(serverUrl, 'migrated')
  const database = new URL(serverUrl)
  database.pathname = 'migrated'
  await migrate(database.href)
  return database.href
}

/** A Postgres in a folder of its own, gone afterwards; also after Ctrl-C. */
async function withPostgres(use: (server: TestServer, folder: string) => Promise<number>): Promise<number> {
  const runs = join(holdfastDir, 'test', 'runs')
  await clearAbandoned(runs)
  const folder = join(runs, String(process.pid))
  mkdirSync(folder, { recursive: true })
  takeLock(lockOf(folder))
  const password = randomBytes(24).toString('base64url')
  const program: Postgres = postgres({
    dataDir: join(folder, 'postgres'),
    port: await freePort(),
    password,
    logFile: join(folder, 'postgres.log'),
    pidFile: pidFileOf(folder, 'postgres'),
    durable: false,
  })
  // Jest is told by the same Ctrl-C; when it has ended, the rest follows below.
  whenAskedToStop((signal) => {
    for (const child of children) child.kill(signal)
  })
  try {
    await steps.step('postgres', 'a new one, for these tests only', program.start)
    return await use({ url: program.url('postgres'), password }, folder)
  } finally {
    await program.stop()
    releaseLock(lockOf(folder))
    rmSync(folder, { recursive: true, force: true })
  }
}

const children = new Set<ReturnType<typeof spawn>>()

function run(command: string, args: string[], env: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: projectDir, stdio: 'inherit', env: { ...process.env, ...env } })
    children.add(child)
    child.once('error', reject)
    child.once('exit', (code) => {
      children.delete(child)
      resolve(code ?? 1)
    })
  })
}

/** Runs that were killed: what they left running, and their folders. */
async function clearAbandoned(runs: string): Promise<void> {
  if (!existsSync(runs)) return
  for (const name of readdirSync(runs)) {
    const folder = join(runs, name)
    if (takeLock(lockOf(folder)) !== undefined) continue
    await clearLeftovers(folder)
    rmSync(folder, { recursive: true, force: true })
  }
}
