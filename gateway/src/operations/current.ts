/** The registry that counts now. */
import { setMaxListeners } from 'node:events'
import { stat } from 'node:fs/promises'
import { gauge, type Log, pause, type Step } from '@holdfast/service/process'
import { type Reading, registryFolder } from './folder.ts'
import { hashOf } from './keys.ts'
import { manifestFile } from './manifest-file.ts'
import { ambiguities, type RegisteredClient, type Registry, registryOf } from './registry.ts'

export interface CurrentRegistry extends Step {
  registry(): Registry
  /** The partner of a key, and a signal for connections that it opened: the key or its rights are not what they were. */
  recognise(key: string): { readonly client: RegisteredClient; readonly withdrawn: AbortSignal } | undefined
  /** Calls `listener` after each change; the returned function forgets it. */
  onChange(listener: () => void): () => void
}

const pollEveryMs = 1_000
const pollShare = 20 // Looking takes at most a twentieth of the time, however many clients there are.

const sizes = gauge('gateway_registered_clients', 'Clients in the registry of operations', ['state'])

/**
 * Of a folder, or of a manifest; without either there are no clients. What cannot be read leaves the registry as it was.
 * What the command does is seen at the next poll, what others do to the files of many clients may take some more.
 */
export function currentRegistry(path: string | undefined, log: Log, pollMs = pollEveryMs): CurrentRegistry {
  const listeners = new Set<() => void>()
  const watching = new AbortController()
  const held = new Map<string, Held>()
  let source: { read(): Promise<Reading> } | undefined
  let current = registryOf([])
  let told: ReadonlyMap<string, string> = new Map()
  let watch: Promise<void> | undefined

  const look = async () => {
    if (!source) return
    const { clients, faults, changed } = await source.read()
    for (const [client, fault] of faults)
      if (told.get(client) !== fault) log.error({ client, fault }, 'the files of this client do not load')
    told = faults
    sizes.set({ state: 'loaded' }, clients.length)
    sizes.set({ state: 'faulty' }, faults.size)
    if (!changed) return
    for (const ambiguity of ambiguities(clients)) log.error({ ambiguity }, 'clients cannot be told apart')
    current = registryOf(clients)
    for (const [hash, { rights, controller }] of held) {
      const client = current.partnerByKey(hash)
      if (client && rightsOf(client) === rights) continue
      held.delete(hash)
      controller.abort()
    }
    log.info(
      { clients: clients.length, operations: clients.flatMap(({ operations }) => operations).length },
      'registry read',
    )
    for (const listener of listeners) listener()
  }

  const lookAgain = async (path: string, signal: AbortSignal) => {
    let away = false
    let seen: number | undefined
    let due = 0
    for (;;) {
      await pause(pollMs, signal)
      if (signal.aborted) return
      try {
        const { mtimeMs } = await stat(path) // The command changes it whatever it changes; see `write.ts`.
        const began = performance.now()
        if (mtimeMs !== seen || began >= due) {
          await look()
          due = performance.now() + (performance.now() - began) * pollShare
        }
        seen = mtimeMs
        away = false
      } catch (err) {
        if (!away) log.error({ err }, 'the registry cannot be read; it stays as it was')
        away = true
      }
    }
  }

  return {
    name: 'registry of operations',
    registry: () => current,
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    recognise: (key) => {
      const hash = hashOf(key)
      const client = current.partnerByKey(hash)
      if (!client) return undefined
      const known = held.get(hash) ?? hold(rightsOf(client))
      held.set(hash, known)
      return { client, withdrawn: known.controller.signal }
    },
    start: async () => {
      if (path === undefined) return
      source = (await stat(path)).isDirectory() ? registryFolder(path) : manifestFile(path)
      await look()
      watch = lookAgain(path, watching.signal)
    },
    stop: async () => {
      watching.abort()
      await watch
    },
  }
}

interface Held {
  readonly rights: string
  readonly controller: AbortController
}

function hold(rights: string): Held {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal) // One for each connection of the partner.
  return { rights, controller }
}

/** What a connection was opened with and would go on having. */
const rightsOf = ({ name, file }: RegisteredClient): string =>
  JSON.stringify([name, file.kind === 'partner' ? file.scopes : undefined])
