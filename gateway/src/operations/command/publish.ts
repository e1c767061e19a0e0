import { readFile, stat } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { entriesOf, type ManifestEntry } from '../../document/manifest.ts'
import type { ClientFile, Operation, VersionFile } from '../files.ts'
import { loadClient, versionFileLimit, versionPath } from '../folder.ts'
import { type Inspected, inspector, outOfReach } from '../inspect.ts'
import { published } from '../life.ts'
import { documentIdOf, isName, isOwnId, isSha256, isVersion, sha256 } from '../names.ts'
import { type Catalogue, catalogueOf } from '../registry.ts'
import { createFile } from '../write.ts'
import { done, type Outcome, refused, table } from './outcome.ts'
import type { Place } from './place.ts'
import { readSupergraph } from './supergraph.ts'

const operationsLimit = 5_000 // in one manifest

/** Publishes a manifest as a version of an app, whole or not at all; a published version never changes. */
export async function publish(
  place: Place,
  [client = '', app = '', version = '', manifest = '']: readonly string[],
  maxAges: ReadonlyMap<string, number>,
): Promise<Outcome> {
  const owner = isName(client) ? await loadClient(place.folder, client) : undefined
  if (!owner) return refused(`There is no client "${client}"; make it first.`)
  if (!isName(app)) return refused(`"${app}" is no name of an app: letters a-z, digits, - and _.`)
  if (!isVersion(version)) return refused(`"${version}" is no version: letters and digits, with . _ + - between.`)

  if ((await stat(manifest)).size > versionFileLimit) return refused(`${manifest} is too large.`)
  const entries = entriesOf(JSON.parse(await readFile(manifest, 'utf8')))
  if (entries.length === 0) return refused(`${manifest} has no operations.`)
  if (entries.length > operationsLimit) return refused(`${manifest} has more than ${operationsLimit} operations.`)

  const inspect = inspector(await readSupergraph(place.supergraph), place.limits)
  const inspected = entries.map((entry) => ({ entry, found: inspect(entry.text) }))
  const others = owner.operations.filter((one) => one.app !== app || one.version !== version)
  const faults = [...faultsOf(inspected, owner.file, catalogueOf(others)), ...faultsOfAges(inspected, maxAges)]
  if (faults.length > 0) return refused(`Nothing is published of ${client}/${app}/${version}:`, ...faults)

  const operations = inspected.flatMap(({ entry, found }) => (found.ok ? [operationOf(entry, found, maxAges)] : []))
  const file: VersionFile = {
    format: 'apollo-persisted-query-manifest',
    version: 1,
    life: published(place.now),
    operations,
  }
  const path = versionPath(place.folder, client, app, version)
  if (!(await createFile(place.folder, path, file))) {
    const before = JSON.parse(await readFile(path, 'utf8')) as { readonly operations?: unknown }
    return isDeepStrictEqual(before.operations, file.operations)
      ? done(`${client}/${app}/${version} is published already, with the same operations.`)
      : refused(`${client}/${app}/${version} is published with other operations; publish these as another version.`)
  }
  const rows = inspected.flatMap(({ entry, found }) =>
    found.ok
      ? [
          [
            found.name,
            found.type,
            documentIdOf(entry.text),
            String(found.cost ?? 'by variables'),
            String(found.fetches),
          ],
        ]
      : [],
  )
  return done(
    `${client}/${app}/${version} is published.`,
    ...table(['operation', 'type', 'id', 'cost', 'requests to subgraphs'], rows),
  )
}

interface InspectedEntry {
  readonly entry: ManifestEntry
  readonly found: Inspected
}

function faultsOf(inspected: readonly InspectedEntry[], file: ClientFile, others: Catalogue): readonly string[] {
  const names = new Set<string>()
  return inspected.flatMap(({ entry: { id, text }, found }) => {
    if (!found.ok) return found.faults.map((fault) => `  ${id}: ${fault}`)
    const { name, rules } = found
    const faults = file.kind === 'partner' ? [...outOfReach(rules, file.scopes)] : []
    if (names.has(name)) faults.push('has the name of another operation in this manifest')
    names.add(name)
    if (isSha256(id) ? id !== sha256(text) : !isOwnId(id) && id !== documentIdOf(text))
      faults.push(`has an id that is neither its SHA-256 nor one that a client could send: ${id.slice(0, 100)}`)
    const other = others.byId(id)
    if (isOwnId(id) && other && other.text !== text && other.life.state !== 'retired')
      faults.push(`has the id of another operation, ${other.name} in ${other.app}/${other.version}`)
    return faults.map((fault) => `  ${name}: ${fault}`)
  })
}

function faultsOfAges(inspected: readonly InspectedEntry[], maxAges: ReadonlyMap<string, number>): readonly string[] {
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
