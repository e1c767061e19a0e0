import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { migrate } from '@holdfast/database/migrate'
import { printSteps } from '../bootstrap/steps.mjs'
import { serverFiles, testDir } from '../files.ts'
import { messages } from '../messages.ts'
import { freePort } from '../processes/free-port.ts'
import { createOwnedFolder, removeAbandonedFolders, removeFolder } from '../processes/owned-folder.ts'
import { onStopRequest } from '../processes/stop-requests.ts'
import { createDatabase, type Role, roles, setPasswords, urlOf } from '../servers/database.ts'
import { postgres } from '../servers/postgres.ts'
import { migratedTemplate, serversDir, type TestPostgres } from './test-database.ts'

/** A Postgres with its data in `folder`, fast and not safe against power cuts, not yet started. `start` also creates the
 * migrated database that test databases are cloned from: Prisma's engine is WebAssembly, which does not run in Jest. */
export async function createTestPostgres(folder: string) {
  const password = randomBytes(24).toString('base64url')
  const server = postgres(serverFiles(folder, 'postgres'), { port: await freePort(), password, durable: false })
  const access: TestPostgres = { url: server.url('postgres'), password }
  const start = async () => {
    await server.start()
    await createDatabase(access.url, migratedTemplate)
    await migrate(urlOf(access.url, migratedTemplate))
    await setPasswords(access.url, Object.fromEntries(roles.map((role) => [role, password])) as Record<Role, string>)
  }
  return { server, access, start }
}

/** Starts a Postgres for one run of `use`. It ends afterwards, and with it what tests left running; also after Ctrl-C. */
export async function withTestPostgres(
  use: (access: TestPostgres, folder: string) => Promise<number>,
): Promise<number> {
  const runs = join(testDir, 'runs')
  await removeAbandonedFolders(runs)
  await removeAbandonedFolders(serversDir)
  const folder = createOwnedFolder(runs, 'run')
  const { server, access, start } = await createTestPostgres(folder)
  // What `use` runs gets the signal too. When it has ended, the rest ends below.
  onStopRequest(() => {})
  try {
    await printSteps().step('postgres', messages.step.testPostgres, start)
    return await use(access, folder)
  } finally {
    await server.stop()
    await removeAbandonedFolders(serversDir)
    removeFolder(folder)
  }
}
