import { drift, migrate } from '@holdfast/database/migrate'
import { messages } from '../messages.ts'
import { createDatabase } from '../servers/database.ts'
import { withTestPostgres } from '../testing/run-postgres.ts'

/** `npm run drift:schema`: whether the migrations create what the Prisma schema describes. */
export async function checkDrift(): Promise<number> {
  return withTestPostgres(async ({ url }) => {
    await createDatabase(url, 'drift')
    const database = new URL(url)
    database.pathname = 'drift'
    await migrate(database.href)
    const sql = await drift(database.href)
    console.log(sql === '' ? messages.noDrift : messages.drift(sql))
    return sql === '' ? 0 : 1
  })
}
