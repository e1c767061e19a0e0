import { generate } from '@holdfast/database/generate'
import { outdatedSchemaFiles, writeSchema } from '@holdfast/database/generate-schema'
import { messages } from '../messages.ts'
import { urlOf } from '../servers/database.ts'
import { migratedTemplate } from '../testing/test-database.ts'
import { withTestPostgres } from '../testing/test-postgres.ts'

/** `npm run schema`: writes prisma/schema as the migrations create the tables, and generates the client. */
export async function updateSchema(): Promise<number> {
  return withTestPostgres(async ({ url }) => {
    await writeSchema(urlOf(url, migratedTemplate))
    generate()
    return 0
  })
}

/** `npm run drift:schema`: whether `npm run schema` would change anything. */
export async function checkSchema(): Promise<number> {
  return withTestPostgres(async ({ url }) => {
    const outdated = await outdatedSchemaFiles(urlOf(url, migratedTemplate))
    if (outdated.length === 0) return 0
    console.error(messages.outdatedSchema(outdated))
    return 1
  })
}
