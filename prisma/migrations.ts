import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const migrationsFolder = join(import.meta.dirname, 'migrations')

/** Changes whenever a migration is added or edited: names a migrated template database. */
export function migrationsFingerprint(): string {
  const hash = createHash('sha256')
  for (const { path, migrationFile } of migrations().migrationDirectories) {
    hash.update(`${path}\0${migrationFile.content.value}\0`)
  }
  return hash.digest('hex').slice(0, 12)
}

/** All of them in order, as Prisma's engine takes them. */
export function migrations() {
  return {
    baseDir: migrationsFolder,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: readdirSync(migrationsFolder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort()
      .map((name) => ({
        path: name,
        migrationFile: {
          path: 'migration.sql',
          content: { tag: 'ok' as const, value: readFileSync(join(migrationsFolder, name, 'migration.sql'), 'utf8') },
        },
      })),
  }
}
