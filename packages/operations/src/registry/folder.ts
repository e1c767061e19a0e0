/**
 * A registry is a folder of files, so that it can be reviewed, moved and backed up like any others:
 *
 *     <folder>/<client>/client.json            the client
 *     <folder>/<client>/<app>/<version>.json   the operations that are published for it
 *
 * When a client's files do not load, the client stays as it was; other clients are not affected.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { codeOf, messageOf } from './errors.ts'
import { ClientFile, VersionFile } from './files.ts'
import { isName, isVersion } from './names.ts'
import { catalogueOf, type PublishedOperation, type RegisteredClient } from './registry.ts'

const clientFile = 'client.json'
const clientFileLimit = 100_000 // bytes
export const versionFileLimit = 10_000_000 // bytes; some five thousand operations
const filesPerClient = 2_000
const readAtOnce = 16

export const clientPath = (folder: string, client: string): string => join(folder, client, clientFile)
export const versionPath = (folder: string, client: string, app: string, version: string): string =>
  join(folder, client, app, `${version}.json`)

export interface RegistryReading {
  readonly clients: readonly RegisteredClient[]
  /** Clients whose files do not load, and why. */
  readonly errors: ReadonlyMap<string, string>
  /** Whether anything differs from the previous reading. */
  readonly changed: boolean
}

interface ReadClient {
  readonly mark: string
  readonly client: RegisteredClient | undefined
  readonly error: string | undefined
}

/** Each call of `read` reads only the clients whose files have changed. */
export function registryFolder(folder: string): { read(): Promise<RegistryReading> } {
  let known = new Map<string, ReadClient>()

  const readIfChanged = async (name: string): Promise<ReadClient | undefined> => {
    const before = known.get(name)
    try {
      const files = await filesOf(folder, name)
      if (!files) return undefined
      const mark = files.map((file) => file.mark).join('\n')
      if (before?.mark === mark) return before
      try {
        return { mark, client: await readClient(name, files), error: undefined }
      } catch (err) {
        return { mark, client: before?.client, error: messageOf(err) }
      }
    } catch (err) {
      const error = messageOf(err)
      return before?.error === error ? before : { mark: '', client: before?.client, error }
    }
  }

  return {
    read: async () => {
      const names = (await readdir(folder)).filter(isName).sort()
      const now = new Map<string, ReadClient>()
      await inParallel(names, async (name) => {
        const found = await readIfChanged(name)
        if (found) now.set(name, found)
      })
      if (now.size === 0 && known.size > 0) throw new Error('the folder is empty; is its volume mounted?')
      const changed = now.size !== known.size || names.some((name) => now.get(name) !== known.get(name))
      known = now
      const all = names.flatMap((name) => now.get(name) ?? [])
      return {
        clients: all.flatMap(({ client }) => client ?? []),
        errors: new Map(names.flatMap((name) => (now.get(name)?.error ? [[name, now.get(name)?.error ?? '']] : []))),
        changed,
      }
    },
  }
}

/** One client; undefined when there is none of this name. Throws when its files do not load. */
export async function loadClient(folder: string, name: string): Promise<RegisteredClient | undefined> {
  const files = await filesOf(folder, name)
  return files && readClient(name, files)
}

interface File {
  readonly path: string
  readonly app: string | undefined
  readonly size: number
  readonly mark: string
}

/** The files of a client, `client.json` first; undefined when there is no such client. */
async function filesOf(folder: string, client: string): Promise<readonly File[] | undefined> {
  const home = join(folder, client)
  const entries = await readdir(home).catch(absent)
  if (!entries?.includes(clientFile)) return undefined
  const files = [await fileAt(join(home, clientFile), undefined)]
  for (const app of entries.filter(isName).sort()) {
    const versions = (await readdir(join(home, app)).catch(absent)) ?? []
    for (const name of versions.filter((one) => one.endsWith('.json') && isVersion(basename(one, '.json'))).sort())
      files.push(await fileAt(join(home, app, name), app))
  }
  if (files.length > filesPerClient) throw new Error(`has more than ${filesPerClient} files`)
  return files
}

async function fileAt(path: string, app: string | undefined): Promise<File> {
  const { mtimeMs, size, ino } = await stat(path)
  return { path, app, size, mark: `${path} ${mtimeMs} ${size} ${ino}` }
}

async function readClient(name: string, [own, ...versions]: readonly File[]): Promise<RegisteredClient> {
  if (!own) throw new Error(`${clientFile} is missing`)
  const file = await readJson(own, clientFileLimit, ClientFile)
  const operations: PublishedOperation[] = []
  for (const one of versions) {
    const { app = '' } = one
    const version = basename(one.path, '.json')
    const { life, operations: its } = await readJson(one, versionFileLimit, VersionFile)
    for (const { id, name: operation, body, maxAgeS } of its)
      operations.push({ client: name, app, version, name: operation, text: body, ownId: id, maxAgeS, life })
  }
  return { name, file, operations, catalogue: catalogueOf(operations) }
}

async function readJson<T>({ path, size }: File, limit: number, shape: z.ZodType<T>): Promise<T> {
  if (size > limit) throw new Error(`${path} has more than ${limit} bytes`)
  let json: unknown
  try {
    json = JSON.parse(await readFile(path, 'utf8'))
  } catch (err) {
    throw new Error(`${path}: ${messageOf(err)}`)
  }
  const parsed = shape.safeParse(json)
  if (parsed.success) return parsed.data
  throw new Error(`${path}: ${z.prettifyError(parsed.error)}`)
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values()
  const worker = async () => {
    for (const item of left) await work(item)
  }
  await Promise.all(Array.from({ length: readAtOnce }, worker))
}

function absent(err: unknown): undefined {
  const code = codeOf(err)
  if (code !== 'ENOENT' && code !== 'ENOTDIR') throw err
}
