import { readFile } from 'node:fs/promises'
import { z } from 'zod'

/** An operation that clients are known to send. */
export interface KnownOperation {
  readonly text: string
  readonly operationName: string | undefined
}

/** https://www.apollographql.com/docs/graphos/platform/security/persisted-queries#manifest-format */
const ApolloManifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  operations: z.array(z.object({ name: z.string(), body: z.string() })),
})
/** What Relay and GraphQL Code Generator write: texts by their ids. */
const TextsById = z.record(z.string(), z.string())

/** Reads the manifest that a client was built with; throws when it is none. */
export async function readManifest(path: string): Promise<readonly KnownOperation[]> {
  const json: unknown = JSON.parse(await readFile(path, 'utf8'))
  const apollo = ApolloManifest.safeParse(json)
  if (apollo.success) return apollo.data.operations.map(({ name, body }) => ({ text: body, operationName: name }))
  return Object.values(TextsById.parse(json)).map((text) => ({ text, operationName: undefined }))
}
