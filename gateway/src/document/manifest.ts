import { readFile } from 'node:fs/promises'
import { z } from 'zod'

/** An operation that clients are known to send. */
export interface KnownOperation {
  readonly text: string
  readonly operationName: string | undefined
}

/** An operation as the tools of its client wrote it down. */
export interface ManifestEntry {
  /** What these tools have its client send for it. */
  readonly id: string
  readonly text: string
}

/** https://www.apollographql.com/docs/graphos/platform/security/persisted-queries#manifest-format */
const ApolloManifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string(), name: z.string(), body: z.string() })),
})
/** What Relay's compiler (`persistConfig.file`) and GraphQL Code Generator (`persistedDocuments`) write: texts by their ids. */
const TextsById = z.record(z.string(), z.string())

/** The operations of a manifest in any of these formats; throws when it is none. */
export function entriesOf(json: unknown): readonly ManifestEntry[] {
  const apollo = ApolloManifest.safeParse(json)
  if (apollo.success) return apollo.data.operations.map(({ id, body }) => ({ id, text: body }))
  const texts = TextsById.safeParse(json)
  if (texts.success) return Object.entries(texts.data).map(([id, text]) => ({ id, text }))
  throw new Error('This is no manifest of Apollo, of Relay or of GraphQL Code Generator.')
}

/** Reads the manifest that a client was built with; throws when it is none. */
export async function readManifest(path: string): Promise<readonly ManifestEntry[]> {
  return entriesOf(JSON.parse(await readFile(path, 'utf8')))
}
