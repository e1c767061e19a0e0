import { migrate } from '@holdfast/database/migrate'
import { createDatabase, dropDatabase, type Role, roles, setPasswords, withAdvisoryLock } from '../servers/database.ts'
import { queryOnce } from '../servers/postgres.ts'
import { type TestPostgres, testPostgresVariable } from './test-postgres.ts'

// Creates the migrated database that test databases are cloned from. A process of its own, because Prisma's engine is
// WebAssembly and does not run in Jest's sandbox. Argument: the template's name. The server is given in the environment,
// because every user can read a command line.
const [template] = process.argv.slice(2)
const access = process.env[testPostgresVariable]
if (template === undefined || access === undefined) throw new Error(`needs a name, and ${testPostgresVariable}`)
const { url: serverUrl, password } = JSON.parse(access) as TestPostgres

await withAdvisoryLock(serverUrl, 'test template', async () => {
  const complete = 'select from pg_database where datname = $1 and datistemplate'
  if ((await queryOnce(serverUrl, complete, [template])).length > 0) return
  await dropDatabase(serverUrl, template)
  await createDatabase(serverUrl, template)
  const url = new URL(serverUrl)
  url.pathname = template
  await migrate(url.href)
  await setPasswords(serverUrl, Object.fromEntries(roles.map((role) => [role, password])) as Record<Role, string>)
  // Only a complete one gets the mark.
  await queryOnce(serverUrl, `alter database ${template} with is_template true`)
})

// The engine's lock timeout would keep this process alive for ten more seconds.
process.exit(0)
