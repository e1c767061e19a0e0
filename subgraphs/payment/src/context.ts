import type { PrismaClient } from '@holdfast/database'
import type { Viewer } from '@holdfast/service/identity'
import type { Deps } from './commands/authorizePayment.ts'
import { loadersFor } from './store/loaders.ts'

/** A booking, of which payment knows only the payments. */
export interface BookingRef {
  readonly id: string
}

/** Per request: who asks, what commands work with, and what this viewer may read. */
export type Context = ReturnType<ReturnType<typeof contextFor>>

export const contextFor = (deps: Deps, prisma: PrismaClient) => (viewer: Viewer) => ({
  viewer,
  deps,
  loaders: loadersFor(deps.pool, prisma, viewer),
})
