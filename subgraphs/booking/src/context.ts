import type { PrismaClient } from '@holdfast/database'
import { uuidOf, visibleTo } from '@holdfast/service/graphql'
import type { Viewer } from '@holdfast/service/identity'
import type { ChangeFeed } from '@holdfast/service/redis'
import DataLoader from 'dataloader'
import type { Deps } from './commands/deps.ts'
import { pricesOf } from './store/bookables.ts'
import { bookingsById } from './store/bookings.ts'

/** A vehicle as booking knows it: by its public id. */
export interface VehicleRef {
  readonly id: string
}

/** What resolvers work with, for one request or subscription of one viewer. */
export type Context = ReturnType<ReturnType<typeof contextFor>>

export const contextFor = (deps: Deps, prisma: PrismaClient, feed: ChangeFeed) => (viewer: Viewer) => ({
  viewer,
  deps,
  feed,
  /** By id; null when there is no such booking that the viewer may see. */
  bookings: batched(async (ids) => {
    const visible = visibleTo(viewer)
    const bookings = visible ? await bookingsById(deps.pool, visible, ids) : []
    return new Map(bookings.map((booking) => [booking.id, booking]))
  }),
  /** By public id; null when the vehicle cannot be booked. */
  prices: batched((ids) => pricesOf(prisma, ids)),
})

/** Reads in one statement what is asked for at once. Caches nothing: the context of a subscription lives for hours. */
const batched = <T>(read: (ids: readonly string[]) => Promise<ReadonlyMap<string, T>>): DataLoader<string, T | null> =>
  new DataLoader(
    async (given) => {
      const ids = given.map(uuidOf)
      const found = await read(ids.filter((id) => id !== null))
      return ids.map((id) => (id === null ? null : (found.get(id) ?? null)))
    },
    { cache: false },
  )
