import type { Pool } from '@holdfast/service/postgres'
import type { Log } from '@holdfast/service/process'
import type { ChangePublisher } from '../changes/change-publisher.ts'
import type { Command } from '../domain/command.ts'
import type { OfferRules } from '../domain/offer.ts'
import type { Catalogue } from '../store/catalogue.ts'

/** Sends a command to a device; true when the broker has taken it. `again`: it was sent before. */
export type CommandSender = (command: Command, deviceId: string, again?: boolean) => Promise<boolean>

/** What commands work with. */
export interface Deps {
  readonly pool: Pool
  readonly log: Log
  readonly now: () => Date
  readonly newId: () => string
  readonly offerRules: OfferRules
  readonly commandTtlMs: number
  readonly catalogue: Pick<Catalogue, 'types' | 'zones'>
  readonly changes: ChangePublisher
  readonly sendToDevice: CommandSender
}
