import { generate } from '@holdfast/database/generate'
import { printSteps } from '../bootstrap/steps.mjs'
import { messages } from '../messages.ts'
import { installMissing, systemPrograms } from '../servers/system-programs.ts'
import { runJest } from '../testing/jest.ts'
import { withTestPostgres } from '../testing/run-postgres.ts'

/** `npm test`: runs all tests, or those that the arguments select, against servers of its own. */
export async function test(args: string[]): Promise<number> {
  const steps = printSteps(console.log, process.stdout.isTTY === true)
  await steps.step('system programs', messages.step.programs, () => installMissing(systemPrograms, steps.say))
  await steps.step('database client', messages.step.client, generate)
  // Stories start all of Holdfast each, so they run one after another.
  const all = [['--testPathIgnorePatterns=/e2e/|/node_modules/|/[.]holdfast/'], ['--runInBand', 'e2e']]
  return withTestPostgres(async (postgres, folder) => {
    let [passed, failed] = [0, 0]
    for (const each of args.length > 0 ? [args] : all) {
      const counts = await runJest(each, postgres, folder)
      if (counts === undefined) return 1
      passed += counts.passed
      failed += counts.failed
    }
    console.log(messages.testResult(passed, failed))
    return failed === 0 && passed > 0 ? 0 : 1
  })
}
