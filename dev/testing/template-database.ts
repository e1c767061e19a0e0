import { migrate } from '@holdfast/database/migrate'
import { createDatabase, dropDatabase, type Role, roles, setPasswords, withAdvisoryLock } from '../servers/database.ts'
import { queryOnce } from '../servers/postgres.ts'
import { type TestPostgres, testPostgresVariable } from './test-postgres.ts'

// Run by dev/testing/index.ts as a process of its own: Prisma's engine is WebAssembly, and Jest's sandbox is no place for it.
// Gets the server from the environment, because everybody may read a command line. Argument: the template's name.
const [template] = process.argv.slice(2)
const server = process.env[testPostgresVariable]
if (template === undefined || server === undefined) throw new Error(`needs a name, and ${testPostgresVariable}`)
const { url: serverUrl, password } = JSON.parse(server) as TestPostgres

await withAdvisoryLock(serverUrl, 'test template', async () => {
  const made = await queryOnce(serverUrl, 'select from pg_database where datname = $1 and datistemplate', [template])
  if (made.length > 0) return
  await dropDatabase(serverUrl, template)
  await createDatabase(serverUrl, template)
  const url = new URL(serverUrl)
  url.pathname = template
  await migrate(url.href)
  await setPasswords(serverUrl, Object.fromEntries(roles.map((role) => [role, password])) as Record<Role, string>)
  // Only a finished one carries the mark.
  await queryOnce(serverUrl, `alter database ${template} with is_template true`)
})

// The engine's timeout for its lock runs on for ten seconds after it has got it.
process.exit(0)
