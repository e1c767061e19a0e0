import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { pidFileOf } from '../files.ts'
import { freePort } from '../processes/free-port.ts'
import { postgres } from '../servers/postgres.ts'

/** How to reach the Postgres that tests share: the owner's URL, and the one password of all roles. */
export type TestPostgres = { url: string; password: string }

/** The environment variable that gives it to a process, as JSON. `npm test` sets it for its Jest. */
export const testPostgresVariable = 'HOLDFAST_TEST_POSTGRES'

/** A Postgres with its data in `folder`, fast and not safe against power cuts, not yet started. */
export async function createTestPostgres(folder: string) {
  const password = randomBytes(24).toString('base64url')
  const server = postgres({
    dataDir: join(folder, 'postgres'),
    port: await freePort(),
    password,
    logFile: join(folder, 'postgres.log'),
    pidFile: pidFileOf(folder, 'postgres'),
    durable: false,
  })
  const access: TestPostgres = { url: server.url('postgres'), password }
  return { server, access }
}
