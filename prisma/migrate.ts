import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum, DriverAdapterError } from '@prisma/driver-adapter-utils'
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg'
import { DatabaseError, Pool, type QueryConfig, type QueryResult, types } from 'pg'
import { migrations } from './migrations.ts'

// Prisma's own migration engine, as WebAssembly from npm. The `prisma migrate` command wants a native
// engine that is downloaded when first used; this is the same engine and writes the same
// `_prisma_migrations`, so whoever has the native one can go on with `prisma migrate deploy`.

const schemaFolder = join(import.meta.dirname, 'schema')
const everything = { externalTables: [], externalEnums: [] }

type SchemaEngine = Awaited<ReturnType<typeof bindings.SchemaEngine.new>>

/** Brings the database to the newest migration. Safe to repeat and to run from several processes at once (the engine
 * takes Prisma's advisory lock). Returns the names it applied, in order. Throws with the SQL error of a migration that fails. */
export async function migrate(databaseUrl: string): Promise<string[]> {
  // Migrations need no schema, and so do not wait for one that is being changed.
  const none = [{ path: 'none.prisma', content: 'datasource db { provider = "postgresql" }' }]
  return withEngine(databaseUrl, none, async (engine) => {
    const { appliedMigrationNames } = await engine.applyMigrations({
      filters: everything,
      migrationsList: migrations(),
    })
    return appliedMigrationNames
  })
}

/** What `schema/*.prisma` says and the migrated database does not: the SQL that would bring it there, or '' when they
 * agree. It sees what Prisma can express (tables, columns, types, defaults, enums, plain indexes, foreign keys); see README.md. */
export async function drift(databaseUrl: string): Promise<string> {
  const files = schemaFiles()
  return withEngine(databaseUrl, files, async (engine) => {
    const { stdout } = await engine.diff({
      from: { tag: 'schemaDatasource', files, configDir: import.meta.dirname },
      to: { tag: 'schemaDatamodel', files },
      script: true,
      exitCode: null,
      filters: everything,
    })
    const sql = stdout?.trim() ?? ''
    return sql === '-- This is an empty migration.' ? '' : sql
  })
}

async function withEngine<T>(
  databaseUrl: string,
  schema: SchemaFile[],
  use: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  loadWebAssembly()
  // One connection, because the engine's advisory lock belongs to a session.
  const pool = new Pool({ connectionString: databaseUrl, max: 1, connectionTimeoutMillis: 5_000 })
  pool.on('error', () => {})
  try {
    const adapter = adapterOn(pool)
    using engine = await bindings.SchemaEngine.new(
      { datamodels: schema.map(({ path, content }) => [path, content]) },
      () => {},
      adapter,
    )
    return await use(engine)
  } finally {
    await pool.end()
  }
}

/** Prisma's adapter, except where it falls short of the native engine. */
function adapterOn(pool: Pool) {
  const query = pool.query.bind(pool)
  const charColumns = charColumnsOf(pool)
  const factory = new PrismaPg(pool)
  const connect = factory.connect.bind(factory)
  factory.connect = async () => {
    const adapter = await connect()
    // It cuts a script at every semicolon, which breaks function bodies and leaves half a migration behind when a later
    // statement fails. Sent whole, a migration is one transaction.
    adapter.executeScript = async (script) => {
      await query(script).catch((error: unknown) => {
        throw error instanceof DatabaseError ? asDriverError(error) : error
      })
    }
    const queryRaw = adapter.queryRaw.bind(adapter)
    adapter.queryRaw = async (query) => {
      const result = await queryRaw(query)
      for (const column of charColumns.get(result.rows) ?? []) result.columnTypes[column] = ColumnTypeEnum.Character
      return result
    }
    return adapter
  }
  return bindMigrationAwareSqlAdapterFactory(factory)
}

/** The adapter refuses the type "char", which the engine meets in the catalogue as soon as a table has a check or an
 * exclusion constraint. Shows it such columns as text and remembers, by the rows they came with, which they were. */
function charColumnsOf(pool: Pool): WeakMap<object, number[]> {
  const seen = new WeakMap<object, number[]>()
  const query = pool.query.bind(pool) as (config: QueryConfig) => Promise<QueryResult>
  const remembering = async (config: QueryConfig) => {
    const result = await query(config)
    const fields = result.fields ?? []
    seen.set(
      result.rows,
      fields.flatMap(({ dataTypeID }, column) => (dataTypeID === types.builtins.CHAR ? [column] : [])),
    )
    for (const column of fields) if (column.dataTypeID === types.builtins.CHAR) column.dataTypeID = types.builtins.TEXT
    return result
  }
  Object.assign(pool, { query: remembering })
  return seen
}

function asDriverError({ code = 'XX000', severity = 'ERROR', message, detail, column, hint }: DatabaseError) {
  return new DriverAdapterError({ kind: 'postgres', code, severity, message, detail, column, hint })
}

// The DOM's library declares this; Node's does not, and nothing else here needs the DOM.
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { exports: { __wbindgen_start?: () => void } }
}

let loaded = false

function loadWebAssembly(): void {
  if (loaded) return
  // Node cannot import .wasm as a module without a flag, so the bindings are joined to their code by hand.
  const bytes = readFileSync(
    createRequire(import.meta.url)
      .resolve('@prisma/schema-engine-wasm')
      .replace(/\.js$/, '_bg.wasm'),
  )
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { './schema_engine_bg.js': bindings })
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: panic } })
  bindings.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start?.()
  loaded = true
}

const panic = (message: string) => {
  throw new Error(`Prisma's schema engine broke: ${message}`)
}

type SchemaFile = { path: string; content: string }

function schemaFiles(): SchemaFile[] {
  return readdirSync(schemaFolder)
    .filter((name) => name.endsWith('.prisma'))
    .sort()
    .map((name) => ({ path: name, content: readFileSync(join(schemaFolder, name), 'utf8') }))
}
