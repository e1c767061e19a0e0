import type { PrismaClient } from '@holdfast/database'
import type { Viewer } from '@holdfast/service/identity'
import {
  type AuthorizeOutcome,
  type AuthorizePayment,
  authorizePayment,
  type Deps,
} from './commands/authorizePayment.ts'
import { type Loaders, loadersFor } from './store/loaders.ts'

/** Of a booking this subgraph knows its money only. */
export interface BookingRef {
  readonly id: string
}

/** Per request: who asks, what can be done, and what this viewer may read. */
export interface Context {
  readonly viewer: Viewer
  readonly commands: { authorizePayment(command: AuthorizePayment): Promise<AuthorizeOutcome> }
  readonly loaders: Loaders
}

export const contextFor = (deps: Deps, prisma: PrismaClient) => {
  const commands = { authorizePayment: authorizePayment(deps) }
  return (viewer: Viewer): Context => ({ viewer, commands, loaders: loadersFor(prisma, viewer) })
}
