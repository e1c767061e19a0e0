import { generate } from '@holdfast/database/generate'
import { outdatedSchemaFiles, writeSchema } from '@holdfast/database/generate-schema'
import { migrate } from '@holdfast/database/migrate'
import { messages } from '../messages.ts'
import { createDatabase } from '../servers/database.ts'
import { withTestPostgres } from '../testing/run-postgres.ts'

/** `npm run schema`: writes prisma/schema as the migrations create the tables, and generates the client. */
export async function updateSchema(): Promise<number> {
  return withTestPostgres(async ({ url }) => {
    await writeSchema(await migratedDatabase(url))
    generate()
    return 0
  })
}

/** `npm run drift:schema`: whether `npm run schema` would change anything. */
export async function checkSchema(): Promise<number> {
  return withTestPostgres(async ({ url }) => {
    const outdated = await outdatedSchemaFiles(await migratedDatabase(url))
    if (outdated.length === 0) return 0
    console.error(messages.outdatedSchema(outdated))
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
