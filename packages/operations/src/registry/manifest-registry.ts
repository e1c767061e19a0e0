/** A registry from a single manifest: one first-party app, whose operations any client may run. */
import { readFile, stat } from 'node:fs/promises'
import type { ClientFile } from './files.ts'
import type { RegistryReading } from './folder.ts'
import { onlyName } from './inspected.ts'
import { entriesOf } from './manifest.ts'
import { catalogueOf, type PublishedOperation } from './registry.ts'

const client = 'manifest'

/** Reads the file again when it has changed. Texts that are not one operation with a name are left out. */
export function manifestRegistry(path: string): { read(): Promise<RegistryReading> } {
  let mark = ''
  let reading: RegistryReading = { clients: [], errors: new Map(), changed: false }

  return {
    read: async () => {
      const { mtimeMs, size, ino, mtime } = await stat(path)
      const seen = `${mtimeMs} ${size} ${ino}`
      if (seen === mark) return { ...reading, changed: false }
      const life = { state: 'active', publishedAt: mtime.toISOString() } as const
      const operations = entriesOf(JSON.parse(await readFile(path, 'utf8'))).flatMap(
        ({ id, text }): PublishedOperation[] => {
          const only = onlyName(text)
          return only.ok
            ? [{ client, app: client, version: 'file', name: only.name, text, ownId: id, maxAgeS: undefined, life }]
            : []
        },
      )
      const file: ClientFile = { kind: 'app', azp: [], enforcement: 'off' }
      const one = { name: client, file, operations, catalogue: catalogueOf(operations) }
      mark = seen
      reading = { clients: [one], errors: new Map(), changed: true }
      return reading
    },
  }
}
