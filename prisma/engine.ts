import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum, DriverAdapterError } from '@prisma/driver-adapter-utils'
import type { SchemaEngine } from '@prisma/schema-engine-wasm'
import { DatabaseError, Pool, type QueryConfig, type QueryResult, types } from 'pg'

/** Gives `use` Prisma's schema engine and the one connection it works on. */
export async function withEngine<T>(
  databaseUrl: string,
  use: (engine: SchemaEngine, connection: Pool) => Promise<T>,
): Promise<T> {
  // 5 MB of WebAssembly, so it is loaded only when it is needed.
  const { SchemaEngine } = await import('@prisma/schema-engine-wasm')
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: panic } })
  // One connection, because the engine's advisory lock belongs to a session.
  const connection = new Pool({ connectionString: databaseUrl, max: 1, connectionTimeoutMillis: 5_000 })
  connection.on('error', () => {})
  try {
    const datamodels = [['none.prisma', 'datasource db { provider = "postgresql" }']] satisfies [string, string][]
    using engine = await SchemaEngine.new({ datamodels }, () => {}, adapterFor(connection))
    return await use(engine, connection)
  } finally {
    await connection.end()
  }
}

/** Prisma's adapter, except where it falls short of the native engine. */
function adapterFor(connection: Pool) {
  const query = connection.query.bind(connection)
  const charColumns = charColumnsOf(connection)
  const factory = new PrismaPg(connection)
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

/** The adapter refuses the type "char", in which the catalogue says what kind of constraint each is. Shows it such
 * columns as text, and remembers by the rows they came with which they were. */
function charColumnsOf(connection: Pool): WeakMap<object, number[]> {
  const charColumns = new WeakMap<object, number[]>()
  const query = connection.query.bind(connection) as (config: QueryConfig) => Promise<QueryResult>
  const remembering = async (config: QueryConfig) => {
    const result = await query(config)
    const columns = [...(result.fields ?? []).entries()].filter(([, field]) => field.dataTypeID === types.builtins.CHAR)
    for (const [, field] of columns) field.dataTypeID = types.builtins.TEXT
    charColumns.set(
      result.rows,
      columns.map(([column]) => column),
    )
    return result
  }
  Object.assign(connection, { query: remembering })
  return charColumns
}

function asDriverError({ code = 'XX000', severity = 'ERROR', message, detail, column, hint }: DatabaseError) {
  return new DriverAdapterError({ kind: 'postgres', code, severity, message, detail, column, hint })
}

const panic = (message: string) => {
  throw new Error(`Prisma's schema engine broke: ${message}`)
}
