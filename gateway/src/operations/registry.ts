/** Who the clients are and what is published for each, as it was read; immutable, a changed folder is another Registry. */
import type { ClientFile, Enforcement } from './files.ts'
import type { Life, State } from './life.ts'
import { documentIdOf, isOwnId, nameId } from './names.ts'

/** An operation in one version of a client's app. */
export interface Published {
  readonly client: string
  readonly app: string
  readonly version: string
  readonly name: string
  readonly text: string
  /** The id that the client's own tools gave it. */
  readonly ownId: string
  readonly maxAgeS: number | undefined
  readonly life: Life
}

/** What can be run by whom. An operation that several versions have is the one of the newest that is most alive. */
export interface Catalogue {
  byId(id: string): Published | undefined
  byText(text: string): Published | undefined
}

export interface RegisteredClient {
  readonly name: string
  readonly file: ClientFile
  /** What all its callers together may ask. */
  readonly rate: { readonly perMinute: number } | undefined
  readonly operations: readonly Published[]
  readonly catalogue: Catalogue
}

export interface Registry {
  readonly clients: ReadonlyMap<string, RegisteredClient>
  /** The partner whose key has this SHA-256. */
  partnerByKey(hash: string): RegisteredClient | undefined
  /** The app that a token with this `azp` was issued to. */
  appByToken(azp: string): RegisteredClient | undefined
  /** What the house publishes for its own apps, which run before anybody has signed in, too. Never what partners have. */
  readonly ofTheHouse: Catalogue
}

export const enforcementOf = ({ file }: RegisteredClient): Enforcement =>
  file.kind === 'partner' ? 'known' : file.enforcement

const liveliness: Readonly<Record<State, number>> = { active: 0, deprecated: 1, retired: 2 }

const byLife = (one: Published, other: Published): number =>
  liveliness[one.life.state] - liveliness[other.life.state] ||
  other.life.publishedAt.localeCompare(one.life.publishedAt)

export function catalogueOf(operations: readonly Published[]): Catalogue {
  const ids = new Map<string, Published>()
  const texts = new Map<string, Published>()
  for (const operation of operations.toSorted(byLife)) {
    const { app, version, name, text, ownId } = operation
    for (const id of [documentIdOf(text), nameId(app, version, name), ...(isOwnId(ownId) ? [ownId] : [])])
      if (!ids.has(id)) ids.set(id, operation)
    if (!texts.has(text)) texts.set(text, operation)
  }
  return { byId: (id) => ids.get(id), byText: (text) => texts.get(text) }
}

/** By what two clients would be recognised, which then belongs to the first of them by name. */
export function ambiguities(clients: Iterable<RegisteredClient>): readonly string[] {
  const owners = Map.groupBy(
    [...clients].flatMap(({ name, file }) =>
      file.kind === 'partner'
        ? file.keys.map(({ hash, hint }) => ({ name, sign: `key ${hint}… (${hash.slice(0, 8)})` }))
        : file.azp.map((azp) => ({ name, sign: `azp ${azp}` })),
    ),
    ({ sign }) => sign,
  )
  return [...owners].flatMap(([sign, its]) =>
    its.length > 1 ? [`${sign} is of several clients: ${its.map(({ name }) => name).join(', ')}`] : [],
  )
}

export function registryOf(clients: Iterable<RegisteredClient>): Registry {
  const all = new Map<string, RegisteredClient>()
  const keys = new Map<string, RegisteredClient>()
  const tokens = new Map<string, RegisteredClient>()
  for (const client of clients) {
    const { name, file } = client
    all.set(name, client)
    if (file.kind === 'partner') {
      for (const { hash } of file.keys) if (!keys.has(hash)) keys.set(hash, client)
    } else for (const azp of file.azp) if (!tokens.has(azp)) tokens.set(azp, client)
  }
  const apps = [...all.values()].filter(({ file }) => file.kind === 'app')
  return {
    clients: all,
    partnerByKey: (hash) => keys.get(hash),
    appByToken: (azp) => tokens.get(azp),
    ofTheHouse: catalogueOf(apps.flatMap(({ operations }) => operations)),
  }
}
