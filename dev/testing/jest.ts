import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { projectDir } from '../files.ts'
import { onStopRequest } from '../processes/stop-requests.ts'
import { type TestPostgres, testPostgresVariable } from './test-postgres.ts'

export type TestCounts = { passed: number; failed: number }

/** Runs Jest with these arguments against a Postgres. `folder` is for its report. Undefined when Jest ended without one, as
 * it does when it is interrupted. */
export async function runJest(args: string[], postgres: TestPostgres, folder: string): Promise<TestCounts | undefined> {
  const report = join(folder, 'report.json')
  rmSync(report, { force: true })
  const jest = createRequire(import.meta.url).resolve('jest/bin/jest')
  const code = await runNode([jest, ...args, '--json', `--outputFile=${report}`], {
    NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
    [testPostgresVariable]: JSON.stringify(postgres),
  })
  if (!existsSync(report)) return undefined
  const { success, numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(
    readFileSync(report, 'utf8'),
  ) as JestReport
  // A file that could not be loaded contains no tests to count, but it is a failure.
  const failed = numFailedTests + numRuntimeErrorTestSuites + (code !== 0 && success ? 1 : 0)
  return { passed: numPassedTests, failed }
}

type JestReport = {
  success: boolean
  numPassedTests: number
  numFailedTests: number
  numRuntimeErrorTestSuites: number
}

function runNode(args: string[], env: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: projectDir, stdio: 'inherit', env: { ...process.env, ...env } })
    onStopRequest((signal) => child.kill(signal))
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
