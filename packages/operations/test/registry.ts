/** A registry in a temporary folder, for tests. */
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClientFile, Enforcement, VersionFile } from '../src/registry/files.ts'
import { clientPath, versionPath } from '../src/registry/folder.ts'
import { newKey } from '../src/registry/keys.ts'
import type { Life } from '../src/registry/life-cycle.ts'
import { replaceFile } from '../src/registry/write.ts'

export interface TestRegistry {
  readonly folder: string
  /** Creates a partner, or replaces its scopes and keys. Resolves to a new key. */
  partner(name: string, scopes?: readonly string[], rate?: { perMinute: number }): Promise<string>
  app(name: string, enforcement: Enforcement): Promise<void>
  /** Texts by the names of their operations. */
  publish(
    client: string,
    app: string,
    version: string,
    texts: Readonly<Record<string, string>>,
    more?: { life?: Life; maxAgeS?: number },
  ): Promise<void>
  remove(): Promise<void>
}

export const publishedAt = '2026-01-01T00:00:00.000Z'

export async function testRegistry(): Promise<TestRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'registry-'))
  const write = (name: string, file: ClientFile) => replaceFile(folder, clientPath(folder, name), file)
  return {
    folder,
    partner: async (name, scopes = [], rate) => {
      const { secret, key } = newKey(new Date())
      await write(name, { kind: 'partner', scopes: [...scopes], keys: [key], ...(rate && { rate }) })
      return secret
    },
    app: (name, enforcement) => write(name, { kind: 'app', azp: [name], enforcement }),
    publish: async (client, app, version, texts, { life, maxAgeS } = {}) => {
      const file: VersionFile = {
        format: 'apollo-persisted-query-manifest',
        version: 1,
        life: life ?? { state: 'active', publishedAt },
        operations: Object.entries(texts).map(([name, body]) => ({
          id: `own-${name}`,
          name,
          type: 'query',
          body,
          ...(maxAgeS !== undefined && { maxAgeS }),
        })),
      }
      await replaceFile(folder, versionPath(folder, client, app, version), file)
    },
    remove: () => rm(folder, { recursive: true }),
  }
}

/** Overwrites a file in place, as an editor may. */
export async function overwrite(path: string, text: string): Promise<void> {
  await writeFile(path, text)
  await utimes(path, new Date(), new Date())
}

export { clientPath, loadClient, versionPath } from '../src/registry/folder.ts'
