import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { generate } from '@holdfast/database/generate'
import { printSteps } from '../bootstrap/steps.mjs'
import { projectDir, readJson } from '../files.ts'
import { messages } from '../messages.ts'
import { onStopRequest } from '../processes/stop-requests.ts'
import { installMissing, systemServers } from '../servers/system-programs.ts'
import { type TestPostgres, testPostgresVariable } from '../testing/test-database.ts'
import { withTestPostgres } from '../testing/test-postgres.ts'

/** `npm test`: runs all tests, or those that the arguments select, against servers of its own. */
export async function test(args: string[]): Promise<number> {
  const steps = printSteps()
  await steps.step('system programs', messages.step.programs, () => installMissing(systemServers, steps.say))
  await steps.step('database client', messages.step.client, generate)
  // Stories start all of Holdfast each, so they run one after another.
  const all = [['--testPathIgnorePatterns=/e2e/|/node_modules/|/[.]holdfast/'], ['--runInBand', 'e2e']]
  return withTestPostgres(async (postgres, folder) => {
    let [passed, failed] = [0, 0]
    for (const each of args.length > 0 ? [args] : all) {
      const counts = await runJest(each, postgres, join(folder, 'report.json'))
      if (counts === undefined) return 1
      passed += counts.passed
      failed += counts.failed
    }
    console.log(messages.testResult(passed, failed))
    return failed === 0 && passed > 0 ? 0 : 1
  })
}

type JestReport = Record<'numPassedTests' | 'numFailedTests' | 'numRuntimeErrorTestSuites', number> & {
  success: boolean
}

/** How many tests passed and failed. Undefined when Jest ended without a report, as it does when it is interrupted. */
async function runJest(args: string[], postgres: TestPostgres, reportFile: string) {
  rmSync(reportFile, { force: true })
  const jest = createRequire(import.meta.url).resolve('jest/bin/jest')
  const child = spawn(process.execPath, [jest, ...args, '--json', `--outputFile=${reportFile}`], {
    cwd: projectDir,
    stdio: 'inherit',
    env: {
      ...process.env,
      NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
      [testPostgresVariable]: JSON.stringify(postgres),
    },
  })
  onStopRequest((signal) => child.kill(signal))
  const [code] = await once(child, 'exit')
  const report = readJson<JestReport>(reportFile)
  if (report === undefined) return undefined
  // A file that could not be loaded contains no tests to count, but it is a failure.
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites + (code !== 0 && report.success ? 1 : 0)
  return { passed: report.numPassedTests, failed }
}
