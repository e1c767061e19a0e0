import { join } from 'node:path'
import { printSteps } from '../bootstrap/steps.mjs'
import { messages } from '../messages.ts'
import { createOwnedFolder, removeAbandonedFolders, removeFolder } from '../processes/owned-folder.ts'
import { onStopRequest } from '../processes/stop-requests.ts'
import { serversDir, testDir } from './folders.ts'
import { createTestPostgres, type TestPostgres } from './test-postgres.ts'

/** Starts a Postgres for one run of `use`. It ends afterwards, and with it what tests left running; also after Ctrl-C. */
export async function withTestPostgres(
  use: (access: TestPostgres, folder: string) => Promise<number>,
): Promise<number> {
  const runs = join(testDir, 'runs')
  await removeAbandonedFolders(runs)
  await removeAbandonedFolders(serversDir)
  const folder = createOwnedFolder(runs, 'run')
  const { server, access } = await createTestPostgres(folder)
  // What `use` runs gets the signal too. When it has ended, the rest ends below.
  onStopRequest(() => {})
  try {
    await printSteps(console.log, process.stdout.isTTY === true).step(
      'postgres',
      messages.step.testPostgres,
      server.start,
    )
    return await use(access, folder)
  } finally {
    await server.stop()
    await removeAbandonedFolders(serversDir)
    removeFolder(folder)
  }
}
