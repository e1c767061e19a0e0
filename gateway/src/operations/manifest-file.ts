/** A registry of one manifest: an app of the house, of which any client may run the operations. */
import { stat } from 'node:fs/promises'
import { readManifest } from '../document/manifest.ts'
import type { ClientFile } from './files.ts'
import type { Reading } from './folder.ts'
import { onlyName } from './inspect.ts'
import { catalogueOf, type Published } from './registry.ts'

const client = 'manifest'

/** Reads the file again when it has changed; what in it is no operation with a name is left out. */
export function manifestFile(path: string): { read(): Promise<Reading> } {
  let mark = ''
  let reading: Reading = { clients: [], faults: new Map(), changed: false }

  return {
    read: async () => {
      const { mtimeMs, size, ino, mtime } = await stat(path)
      const seen = `${mtimeMs} ${size} ${ino}`
      if (seen === mark) return { ...reading, changed: false }
      const life = { state: 'active', publishedAt: mtime.toISOString() } as const
      const operations = (await readManifest(path)).flatMap(({ id, text }): Published[] => {
        const only = onlyName(text)
        return only.ok
          ? [{ client, app: client, version: 'file', name: only.name, text, ownId: id, maxAgeS: undefined, life }]
          : []
      })
      const file: ClientFile = { kind: 'app', azp: [], enforcement: 'off' }
      const one = { name: client, file, rate: undefined, operations, catalogue: catalogueOf(operations) }
      mark = seen
      reading = { clients: [one], faults: new Map(), changed: true }
      return reading
    },
  }
}
