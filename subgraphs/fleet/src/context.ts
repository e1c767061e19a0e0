import { visibleTo } from '@holdfast/service/graphql'
import type { Viewer } from '@holdfast/service/identity'
import type { ChangeFeed } from '@holdfast/service/redis'
import type DataLoader from 'dataloader'
import type { Deps } from './commands/deps.ts'
import type { KnownVehicle } from './domain/vehicle-view.ts'
import type { SearchIndex } from './search/search-index.ts'
import { createLoaders } from './store/loaders.ts'

/** A booking as fleet knows it: the key of trips and commands. */
export interface BookingRef {
  readonly id: string
}

/** What resolvers work with, made for one request. */
export type Context = ReturnType<ReturnType<typeof contextFor>>

export const contextFor = (shared: {
  readonly deps: Deps
  readonly index: SearchIndex
  readonly feed: ChangeFeed
  /** By vehicle id, as they are now; of all maps of the process. */
  readonly mapVehicles: DataLoader<string, KnownVehicle | null>
}) => {
  const { pool, now, offerRules } = shared.deps
  const reads = { pool, now, graceMs: offerRules.graceMs }
  return (viewer: Viewer) => {
    const visibility = visibleTo(viewer)
    return { ...shared, viewer, visibility, loaders: createLoaders(reads, visibility) }
  }
}
