import { setMaxListeners } from 'node:events'
import { stat } from 'node:fs/promises'
import { gauge, type Log, pause } from '@holdfast/service/process'
import { type RegistryReading, registryFolder } from './folder.ts'
import { manifestRegistry } from './manifest-registry.ts'
import { sha256 } from './names.ts'
import { ambiguities, type RegisteredClient, registryOf } from './registry.ts'

export type CurrentRegistry = ReturnType<typeof currentRegistry>

const pollEveryMs = 1_000
const pollShare = 20 // Reading takes at most a twentieth of the time, however many clients there are.

const sizes = gauge('gateway_registered_clients', 'Clients in the registry of operations', ['state'])

/**
 * The registry in the folder or manifest at `path`, as it is now; without a path there are no clients. When it cannot be read, the
 * registry stays as it is. Changes by the command are read at the next poll; other changes to files may take longer when there are many
 * clients.
 */
export function currentRegistry(path: string | undefined, log: Log, pollMs = pollEveryMs) {
  const listeners = new Set<() => void>()
  const watching = new AbortController()
  const keysInUse = new Map<string, { readonly rights: string; readonly controller: AbortController }>()
  let source: { read(): Promise<RegistryReading> } | undefined
  let current = registryOf([])
  let logged: ReadonlyMap<string, string> = new Map()
  let watch: Promise<void> | undefined

  const read = async () => {
    if (!source) return
    const { clients, errors, changed } = await source.read()
    for (const [client, error] of errors)
      if (logged.get(client) !== error) log.error({ client, error }, 'the files of this client do not load')
    logged = errors
    sizes.set({ state: 'loaded' }, clients.length)
    sizes.set({ state: 'faulty' }, errors.size)
    if (!changed) return
    for (const ambiguity of ambiguities(clients)) log.error({ ambiguity }, 'clients cannot be told apart')
    current = registryOf(clients)
    for (const [hash, { rights, controller }] of keysInUse) {
      const client = current.partnerByKey(hash)
      if (client && rightsOf(client) === rights) continue
      keysInUse.delete(hash)
      controller.abort()
    }
    log.info(
      { clients: clients.length, operations: clients.flatMap(({ operations }) => operations).length },
      'registry read',
    )
    for (const listener of listeners) listener()
  }

  const poll = async (path: string, signal: AbortSignal) => {
    let failing = false
    let seen: number | undefined
    let due = 0
    for (;;) {
      await pause(pollMs, signal)
      if (signal.aborted) return
      try {
        const { mtimeMs } = await stat(path) // Every change by the command changes it; see `write.ts`.
        const began = performance.now()
        if (mtimeMs !== seen || began >= due) {
          await read()
          due = performance.now() + (performance.now() - began) * pollShare
        }
        seen = mtimeMs
        failing = false
      } catch (err) {
        if (!failing) log.error({ err }, 'the registry cannot be read; it stays as it is')
        failing = true
      }
    }
  }

  return {
    name: 'registry of operations',
    registry: () => current,
    /** Calls `listener` after each change; the returned function removes it. */
    onChange: (listener: () => void): (() => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    /** The partner of an API key, and a signal that is aborted when the key is revoked or gets other rights. */
    partnerOf: (key: string) => {
      const hash = sha256(key)
      const client = current.partnerByKey(hash)
      if (!client) return undefined
      let known = keysInUse.get(hash)
      if (!known) {
        known = { rights: rightsOf(client), controller: new AbortController() }
        setMaxListeners(0, known.controller.signal) // One listener for each connection of the partner.
        keysInUse.set(hash, known)
      }
      return { client, keyChanged: known.controller.signal }
    },
    start: async () => {
      if (path === undefined) return
      source = (await stat(path)).isDirectory() ? registryFolder(path) : manifestRegistry(path)
      await read()
      watch = poll(path, watching.signal)
    },
    stop: async () => {
      watching.abort()
      await watch
    },
  }
}

/** The rights that an open connection keeps. */
const rightsOf = ({ name, file }: RegisteredClient): string =>
  JSON.stringify([name, file.kind === 'partner' ? file.scopes : undefined])
