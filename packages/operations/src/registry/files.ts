/** The contents of a registry's files. `folder.ts` says where they are. */
import { z } from 'zod'
import { Life } from './life-cycle.ts'

/** `off`: any operation runs. `audit`: any runs, and unpublished ones are counted and logged. `known`: only published ones run. */
export const Enforcement = z.enum(['off', 'audit', 'known'])
export type Enforcement = z.infer<typeof Enforcement>

export const Key = z.object({
  /** SHA-256 of the key. The key itself is not stored. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** Its first characters, by which people recognise it. */
  hint: z.string().max(40),
  created: z.iso.datetime(),
})
export type Key = z.infer<typeof Key>

export const keysAtOnce = 2 // so that a partner can change to a new key before the old one is revoked

/** The limit for all requests of a client together. */
const Rate = z.object({ perMinute: z.number().int().min(1).max(1_000_000) })

/** A program of another organisation. It is recognised by its keys and runs only what is published for it. */
const Partner = z.strictObject({
  kind: z.literal('partner'),
  /** What it may see where the schema requires scopes. */
  scopes: z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'is not a scope (RFC 6749, 3.3)')).max(100),
  rate: Rate.optional(),
  keys: z.array(Key).max(keysAtOnce),
})

/** A first-party program. It is recognised by the tokens that were issued to it. */
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

/** An operation as in Apollo's manifests, with Holdfast's additions. */
const Operation = z.object({
  /** The id that the client's tools gave it. The ids in `names.ts` are valid too. */
  id: z.string(),
  name: z.string(),
  type: OperationType,
  body: z.string(),
  /** Seconds for which caches may store the response to this query by GET. */
  maxAgeS: z.number().int().min(1).max(31_536_000).optional(),
})
export type Operation = z.infer<typeof Operation>

/** An Apollo manifest with its life cycle. */
export const VersionFile = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  life: Life,
  operations: z.array(Operation),
})
export type VersionFile = z.infer<typeof VersionFile>
