import { readFile, stat } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import type { ClientFile, Operation, VersionFile } from '../registry/files.ts'
import { loadClient, versionFileLimit, versionPath } from '../registry/folder.ts'
import type { Inspected } from '../registry/inspected.ts'
import { published } from '../registry/life-cycle.ts'
import { entriesOf, type ManifestEntry } from '../registry/manifest.ts'
import { documentIdOf, isName, isOwnId, isSha256, isVersion, sha256 } from '../registry/names.ts'
import { type Catalogue, catalogueOf } from '../registry/registry.ts'
import { createFile } from '../registry/write.ts'
import type { CommandContext } from './context.ts'
import { done, type Outcome, refused, table } from './outcome.ts'

const operationsLimit = 5_000 // in one manifest

/** Publishes a manifest as a version of an app, entirely or not at all. A published version never changes. */
export async function publish(
  context: CommandContext,
  [client = '', app = '', version = '', manifest = '']: readonly string[],
  maxAges: ReadonlyMap<string, number>,
): Promise<Outcome> {
  const owner = isName(client) ? await loadClient(context.folder, client) : undefined
  if (!owner) return refused(`There is no client "${client}". Create it first.`)
  if (!isName(app)) return refused(`"${app}" is not a valid app name. Use letters a-z, digits, - and _.`)
  if (!isVersion(version))
    return refused(`"${version}" is not a valid version. Use letters and digits, with . _ + - between them.`)

  if ((await stat(manifest)).size > versionFileLimit) return refused(`${manifest} is too large.`)
  const entries = entriesOf(JSON.parse(await readFile(manifest, 'utf8')))
  if (entries.length === 0) return refused(`${manifest} has no operations.`)
  if (entries.length > operationsLimit) return refused(`${manifest} has more than ${operationsLimit} operations.`)

  const inspect = await context.loadInspect()
  const inspected = entries.map((entry) => ({ entry, found: inspect(entry.text) }))
  const others = owner.operations.filter((one) => one.app !== app || one.version !== version)
  const errors = [...errorsOf(inspected, owner.file, catalogueOf(others)), ...errorsOfAges(inspected, maxAges)]
  if (errors.length > 0) return refused(`${client}/${app}/${version} is not published, because:`, ...errors)

  const accepted = inspected.flatMap(({ entry, found }) => (found.ok ? [{ entry, found }] : []))
  const operations = accepted.map(({ entry, found }) => operationOf(entry, found, maxAges))
  const file: VersionFile = {
    format: 'apollo-persisted-query-manifest',
    version: 1,
    life: published(context.now),
    operations,
  }
  const path = versionPath(context.folder, client, app, version)
  if (!(await createFile(context.folder, path, file))) {
    const before = JSON.parse(await readFile(path, 'utf8')) as { readonly operations?: unknown }
    return isDeepStrictEqual(before.operations, file.operations)
      ? done(`${client}/${app}/${version} is already published with the same operations.`)
      : refused(
          `${client}/${app}/${version} is already published with other operations. Publish these as another version.`,
        )
  }
  const rows = accepted.map(({ entry: { text }, found: { name, type, cost, fetches } }) => [
    name,
    type,
    documentIdOf(text),
    String(cost ?? 'by variables'),
    String(fetches),
  ])
  return done(
    `${client}/${app}/${version} is published.`,
    ...table(['operation', 'type', 'id', 'cost', 'requests to subgraphs'], rows),
  )
}

interface InspectedEntry {
  readonly entry: ManifestEntry
  readonly found: Inspected
}

function errorsOf(inspected: readonly InspectedEntry[], file: ClientFile, others: Catalogue): readonly string[] {
  const names = new Set<string>()
  return inspected.flatMap(({ entry: { id, text }, found }) => {
    if (!found.ok) return found.errors.map((error) => `  ${id}: ${error}`)
    const { name } = found
    const errors = file.kind === 'partner' ? [...found.notVisibleWith(file.scopes)] : []
    if (names.has(name)) errors.push('has the same name as another operation in this manifest')
    names.add(name)
    if (isSha256(id) ? id !== sha256(text) : !isOwnId(id) && id !== documentIdOf(text))
      errors.push(`has an id that is neither its SHA-256 nor a valid id of a client's tools: ${id.slice(0, 100)}`)
    const other = others.byId(id)
    if (isOwnId(id) && other && other.text !== text && other.life.state !== 'retired')
      errors.push(`has the same id as another operation, ${other.name} in ${other.app}/${other.version}`)
    return errors.map((error) => `  ${name}: ${error}`)
  })
}

function errorsOfAges(inspected: readonly InspectedEntry[], maxAges: ReadonlyMap<string, number>): readonly string[] {
  const queries = new Set(inspected.flatMap(({ found }) => (found.ok && found.type === 'query' ? [found.name] : [])))
  return [...maxAges.keys()].filter((name) => !queries.has(name)).map((name) => `  ${name}: no query has this name`)
}

function operationOf(
  { id, text }: ManifestEntry,
  { name, type }: Extract<Inspected, { ok: true }>,
  maxAges: ReadonlyMap<string, number>,
): Operation {
  const maxAgeS = maxAges.get(name)
  return { id, name, type, body: text, ...(maxAgeS !== undefined && { maxAgeS }) }
}
