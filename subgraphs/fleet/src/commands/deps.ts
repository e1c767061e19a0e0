import type { Pool } from '@holdfast/service/postgres'
import type { Log } from '@holdfast/service/process'
import type { ListingRules } from '../domain/listing.ts'
import type { Zone } from '../domain/zones.ts'
import type { Announcer } from '../live/announce.ts'
import type { Sender } from '../mqtt/sender.ts'

/** What the verbs of this subgraph work with. */
export interface Deps {
  readonly pool: Pool
  readonly log: Log
  readonly now: () => Date
  readonly newId: () => string
  readonly listing: ListingRules
  readonly commandTtlMs: number
  readonly zones: () => readonly Zone[]
  readonly announce: Announcer
  readonly sender: Sender
}
