import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const here = import.meta.dirname
const stamp = join(here, 'generated', '.schema-hash')

/** Writes the typed client to `generated/` when the schema or Prisma's version changed since the last time; true when it
 * did. Needs no network. Throws with Prisma's own words when the schema is wrong. */
export function generate(): boolean {
  const wanted = schemaHash()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return false
  const cli = createRequire(import.meta.url).resolve('prisma/build/index.js')
  const run = spawnSync(process.execPath, [cli, 'generate'], {
    cwd: here,
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, PRISMA_HIDE_UPDATE_MESSAGE: '1', ...engineOverride() },
  })
  if (run.status !== 0) throw new Error(`prisma generate failed:\n${run.stdout}${run.stderr}`)
  writeFileSync(stamp, wanted)
  return true
}

/** Generating never runs the native schema engine, but the command downloads it all the same. Naming any file that
 * exists keeps it from that; where the engine is there or named, it is left as it is. */
function engineOverride(): Record<string, string> {
  if (process.env['PRISMA_SCHEMA_ENGINE_BINARY'] !== undefined) return {}
  const engines = createRequire(createRequire(import.meta.url).resolve('prisma/build/index.js')).resolve(
    '@prisma/engines',
  )
  const native = readdirSync(join(engines, '..', '..')).some((name) => name.startsWith('schema-engine-'))
  return native ? {} : { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath }
}

function schemaHash(): string {
  const hash = createHash('sha256').update(readFileSync(join(here, 'package.json')))
  for (const name of readdirSync(join(here, 'schema')).sort()) {
    hash.update(`${name}\0`).update(readFileSync(join(here, 'schema', name)))
  }
  return hash.digest('hex')
}

if (import.meta.main) generate()
