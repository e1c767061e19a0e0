import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withEngine } from './engine.ts'

const folder = join(import.meta.dirname, 'schema')

const firstLine = '// Generated from prisma/migrations by "npm run schema". Do not edit.\n'

/** Writes `schema/` as the tables and enums of a migrated database are. */
export async function writeSchema(databaseUrl: string): Promise<void> {
  const files = await describeTables(databaseUrl)
  for (const name of writtenFiles().keys()) if (!files.has(name)) rmSync(join(folder, name))
  for (const [name, content] of files) writeFileSync(join(folder, name), content)
}

/** The files in `schema/` that `writeSchema` would add, change or remove. */
export async function outdatedSchemaFiles(databaseUrl: string): Promise<string[]> {
  const written = writtenFiles()
  const files = await describeTables(databaseUrl)
  const names = new Set([...written.keys(), ...files.keys()])
  return [...names].filter((name) => written.get(name) !== files.get(name)).sort()
}

/** Prisma's description of all tables and enums of a database by file name, one file per Postgres schema. */
export async function describeTables(databaseUrl: string): Promise<Map<string, string>> {
  return withEngine(databaseUrl, async (engine, connection) => {
    await connection.query('begin')
    try {
      await connection.query(dropPartialIndexes)
      const { rows } = await connection.query<Named>(tablesAndEnums)
      const { schema } = await engine.introspect({
        schema: { files: outline(rows) },
        baseDirectoryPath: folder,
        force: false,
        compositeTypeDepth: -1,
        namespaces: null,
      })
      return new Map(
        schema.files.map(({ path, content }) => [path, `${firstLine}\n${content.trim().replace(warnings, '')}\n`]),
      )
    } finally {
      await connection.query('rollback')
    }
  })
}

/** What the client cannot know of a table, such as its checks. It stands in the migration. */
const warnings = /^\/\/\/ .*additional setup for migrations.*\n/gm

/** To Prisma, "unique where ..." is unique, and a relation over such a column to at most one row. */
const dropPartialIndexes = `
  do $$
  declare
    partial regclass;
  begin
    for partial in select indexrelid from pg_index where indpred is not null and not indisexclusion loop
      execute format('drop index %s', partial);
    end loop;
  end
  $$`

type Named = { owner: string; kind: 'model' | 'enum'; name: string }

const tablesAndEnums = `
  select nspname as owner, 'model' as kind, relname as name
  from pg_class join pg_namespace n on n.oid = relnamespace
  where relkind in ('r', 'p') and not relispartition and nspname !~ '^(pg_|information_schema$|public$)'
  union all
  select nspname, 'enum', typname
  from pg_type join pg_namespace n on n.oid = typnamespace
  where typtype = 'e' and nspname !~ '^(pg_|information_schema$|public$)'
  order by owner, kind, name`

/** The engine keeps the names and places of what it is given and replaces the rest, so it is given nothing else. */
function outline(all: readonly Named[]) {
  const owners = [...new Set(all.map(({ owner }) => owner))]
  return [
    { path: 'schema.prisma', content: settings(owners) },
    ...owners.map((of) => ({
      path: `${of}.prisma`,
      content: all
        .filter(({ owner }) => owner === of)
        .map(({ owner, kind, name }) => {
          const typeName = pascalCase(all.filter((other) => other.name === name).length > 1 ? `${owner}_${name}` : name)
          const placeholder = kind === 'model' ? 'id Int @id' : 'VALUE'
          return `${kind} ${typeName} {\n${placeholder}\n@@map("${name}")\n@@schema("${owner}")\n}\n`
        })
        .join(''),
    })),
  ]
}

const settings = (schemas: readonly string[]) => `
generator client {
  provider               = "prisma-client"
  output                 = "../generated"
  runtime                = "nodejs"
  moduleFormat           = "esm"
  importFileExtension    = "ts"
  generatedFileExtension = "ts"
}

datasource db {
  provider = "postgresql"
  schemas  = ${JSON.stringify(schemas)}
}
`

const pascalCase = (name: string) => name.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

const writtenFiles = () =>
  new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const))
