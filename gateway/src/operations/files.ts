/** What stands in the files of a registry; `folder.ts` says where they are. */
import { z } from 'zod'
import { Life } from './life.ts'

/** Off: anything runs. Audit: anything runs, and what is not published is counted and named. Known: what is published. */
export const Enforcement = z.enum(['off', 'audit', 'known'])
export type Enforcement = z.infer<typeof Enforcement>

export const Key = z.object({
  /** SHA-256 of the key. The key itself is nowhere. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** Its first characters, so that people can tell two keys apart. */
  hint: z.string().max(40),
  created: z.iso.datetime(),
})
export type Key = z.infer<typeof Key>

export const keysAtOnce = 2 // So that a partner can bring in the next before the last is revoked.

const Rate = z.object({ perMinute: z.number().int().min(1).max(1_000_000) })

/** A program of somebody else: known by its keys, runs what is published for it and nothing else. */
const Partner = z.strictObject({
  kind: z.literal('partner'),
  /** What it may see where the schema asks for scopes. */
  scopes: z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'is no scope (RFC 6749, 3.3)')).max(100),
  rate: Rate.optional(),
  keys: z.array(Key).max(keysAtOnce),
})

/** A program of the house: known by the tokens that were issued to it. */
const App = z.strictObject({
  kind: z.literal('app'),
  /** Values of the token's `azp` or `client_id` claim. */
  azp: z.array(z.string().min(1).max(200)).min(1).max(20),
  enforcement: Enforcement,
  rate: Rate.optional(),
})

export const ClientFile = z.discriminatedUnion('kind', [Partner, App])
export type ClientFile = z.infer<typeof ClientFile>

const OperationType = z.enum(['query', 'mutation', 'subscription'])

/** An operation as Apollo's manifests have it, and what Holdfast adds. */
const Operation = z.object({
  /** What the client's own tools call it; the ids of `names.ts` are good besides. */
  id: z.string(),
  name: z.string(),
  type: OperationType,
  body: z.string(),
  /** Seconds for which caches may answer this query by GET. */
  maxAgeS: z.number().int().min(1).max(31_536_000).optional(),
})
export type Operation = z.infer<typeof Operation>

/** An Apollo manifest with its life. */
export const VersionFile = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  life: Life,
  operations: z.array(Operation),
})
export type VersionFile = z.infer<typeof VersionFile>
