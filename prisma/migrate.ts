import { withEngine } from './engine.ts'
import { migrations } from './migrations.ts'

// The engine of `prisma migrate`, as WebAssembly from npm, because that command downloads a native one first. It writes
// the same `_prisma_migrations`, so either can go on where the other stopped.

/** The database has other SQL of a migration, or an earlier migration that the folder has not. One that only has later ones is
 * fine: older code runs on the database of newer code. */
export class DatabaseFromOtherMigrations extends Error {}

/** Brings the database to the newest migration. Safe to repeat and to run from several processes at once (the engine
 * takes Prisma's advisory lock). Returns the names it applied, in order. Throws with the SQL error of a migration that
 * fails, and `DatabaseFromOtherMigrations` before it changes anything. */
export async function migrate(databaseUrl: string): Promise<string[]> {
  return withEngine(databaseUrl, async (engine) => {
    const folder = { migrationsList: migrations(), filters: { externalTables: [], externalEnums: [] } }
    const { editedMigrationNames, history } = await engine.diagnoseMigrationHistory({
      ...folder,
      optInToShadowDatabase: false,
    })
    const missing = history !== null && 'unpersistedMigrationNames' in history ? history.unpersistedMigrationNames : []
    const newest = folder.migrationsList.migrationDirectories.at(-1)?.path ?? ''
    const differences = [
      ...missing.filter((name) => name < newest).map((name) => `${name} is no longer there`),
      ...editedMigrationNames.map((name) => `${name} has changed`),
    ]
    if (differences.length > 0) {
      throw new DatabaseFromOtherMigrations(
        `This database was made by other migrations than the ones in prisma/migrations (${differences.join(', ')}); ` +
          'nothing was changed. If it is a development database, delete it with "npm run reset" and start again.',
      )
    }
    return (await engine.applyMigrations(folder)).appliedMigrationNames
  })
}
