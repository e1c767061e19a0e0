/** The clients and what is published for each, as it was read. Immutable: a changed folder is another Registry. */
import type { ClientFile, Enforcement } from './files.ts'
import type { Life, State } from './life-cycle.ts'
import { documentIdOf, isOwnId, nameId } from './names.ts'

/** An operation in one version of a client's app. */
export interface PublishedOperation {
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

/** The operations that a client can run. When several versions have an operation, active ones come first, then newer ones. */
export type Catalogue = ReturnType<typeof catalogueOf>

export interface RegisteredClient {
  readonly name: string
  readonly file: ClientFile
  readonly operations: readonly PublishedOperation[]
  readonly catalogue: Catalogue
}

export type Registry = ReturnType<typeof registryOf>

export const enforcementOf = ({ file }: RegisteredClient): Enforcement =>
  file.kind === 'partner' ? 'known' : file.enforcement

const order: Readonly<Record<State, number>> = { active: 0, deprecated: 1, retired: 2 }

const activeAndNewestFirst = (one: PublishedOperation, other: PublishedOperation): number =>
  order[one.life.state] - order[other.life.state] || other.life.publishedAt.localeCompare(one.life.publishedAt)

export function catalogueOf(operations: readonly PublishedOperation[]) {
  const ids = new Map<string, PublishedOperation>()
  const texts = new Map<string, PublishedOperation>()
  for (const operation of operations.toSorted(activeAndNewestFirst)) {
    const { app, version, name, text, ownId } = operation
    for (const id of [documentIdOf(text), nameId(app, version, name), ...(isOwnId(ownId) ? [ownId] : [])])
      if (!ids.has(id)) ids.set(id, operation)
    if (!texts.has(text)) texts.set(text, operation)
  }
  return { byId: (id: string) => ids.get(id), byText: (text: string) => texts.get(text) }
}

/** Credentials of more than one client. The first client by name gets them. */
export function ambiguities(clients: Iterable<RegisteredClient>): readonly string[] {
  const owners = Map.groupBy(
    [...clients].flatMap(({ name, file }) =>
      file.kind === 'partner'
        ? file.keys.map(({ hash, hint }) => ({ name, credential: `key ${hint}… (${hash.slice(0, 8)})` }))
        : file.azp.map((azp) => ({ name, credential: `azp ${azp}` })),
    ),
    ({ credential }) => credential,
  )
  return [...owners].flatMap(([credential, its]) =>
    its.length > 1 ? [`${credential} is of several clients: ${its.map(({ name }) => name).join(', ')}`] : [],
  )
}

export function registryOf(clients: Iterable<RegisteredClient>) {
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
    clients: all as ReadonlyMap<string, RegisteredClient>,
    /** The partner whose key has this SHA-256. */
    partnerByKey: (hash: string) => keys.get(hash),
    /** The app that a token with this `azp` was issued to. */
    appByToken: (azp: string) => tokens.get(azp),
    /** What is published for all first-party apps, for viewers who have not signed in yet. It has nothing of partners. */
    firstParty: catalogueOf(apps.flatMap(({ operations }) => operations)),
  }
}
