import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const here = import.meta.dirname
const stamp = join(here, 'generated', '.schema-hash')

/** Writes the typed client to `generated/` when `schema/` or Prisma's version changed since the last time. Needs no network
 * and no database. Throws what Prisma says of a wrong schema. */
export function generate(): void {
  const current = schemaHash()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === current) return
  const cli = createRequire(import.meta.url).resolve('prisma/build/index.js')
  const run = spawnSync(process.execPath, [cli, 'generate'], {
    cwd: here,
    encoding: 'utf8',
    timeout: 60_000,
    // It never runs the native schema engine, but downloads it unless this names a file that exists, whichever that is.
    env: { ...process.env, PRISMA_HIDE_UPDATE_MESSAGE: '1', PRISMA_SCHEMA_ENGINE_BINARY: process.execPath },
  })
  if (run.status !== 0) throw new Error(`prisma generate failed:\n${run.stdout}${run.stderr}`)
  writeFileSync(stamp, current)
}

function schemaHash(): string {
  const hash = createHash('sha256').update(readFileSync(join(here, 'package.json')))
  for (const name of readdirSync(join(here, 'schema')).sort()) {
    hash.update(`${name}\0`).update(readFileSync(join(here, 'schema', name)))
  }
  return hash.digest('hex')
}

if (import.meta.main) generate()
