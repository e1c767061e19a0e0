import type { Visibility } from '@holdfast/service/domain'
import { visibleTo } from '@holdfast/service/graphql'
import type { Viewer } from '@holdfast/service/identity'
import type { ChangeFeed } from '@holdfast/service/redis'
import type { Deps } from './commands/deps.ts'
import type { MapSources } from './map/watch-map.ts'
import type { SearchIndex } from './search/search-index.ts'
import { createLoaders, type Loaders } from './store/loaders.ts'

/** What all requests share. */
interface Shared {
  readonly deps: Deps
  readonly index: SearchIndex
  readonly feed: ChangeFeed
  readonly map: MapSources
}

/** What resolvers work with, made for one request. */
export interface Context extends Shared {
  readonly viewer: Viewer
  readonly visibility: Visibility | null
  readonly loaders: Loaders
}

/** A booking as fleet knows it: the key of trips and commands. */
export interface BookingRef {
  readonly id: string
}

export const contextFor = (shared: Shared) => {
  const { pool, now, offerRules } = shared.deps
  const reads = { pool, now, graceMs: offerRules.graceMs }
  return (viewer: Viewer): Context => {
    const visibility = visibleTo(viewer)
    return { ...shared, viewer, visibility, loaders: createLoaders(reads, visibility) }
  }
}
