import { z } from 'zod'

/** An operation in a manifest. */
export interface ManifestEntry {
  /** What the client sends for it. */
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

/** The operations of a manifest in any of these formats; throws when it has another format. */
export function entriesOf(json: unknown): readonly ManifestEntry[] {
  const apollo = ApolloManifest.safeParse(json)
  if (apollo.success) return apollo.data.operations.map(({ id, body }) => ({ id, text: body }))
  const texts = TextsById.safeParse(json)
  if (texts.success) return Object.entries(texts.data).map(([id, text]) => ({ id, text }))
  throw new Error('This is not a manifest of Apollo, Relay or GraphQL Code Generator.')
}
