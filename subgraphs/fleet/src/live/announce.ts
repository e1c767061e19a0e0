import type { Log } from '@holdfast/service/process'
import type { Redis } from '@holdfast/service/redis'
import type { Offer } from '../domain/listing.ts'
import type { Change } from '../store/availability.ts'
import { cellOf } from '../store/cells.ts'
import type { SearchIndex } from '../store/searchIndex.ts'
import { commandChannel, mapChannel, noticeOf, operatorChannel, riderChannel } from './channels.ts'

/** Somebody's vehicle is somewhere else now. */
export interface Move {
  readonly vehicleId: string
  readonly riderId: string
  readonly cells: readonly string[]
}

/**
 * Tells copies and watchers what a committed transaction changed. It may be lost with the process: the copies are
 * compared with Postgres regularly, and what was missed is told then. Never throws.
 */
export interface Announcer {
  /** `riderIds`: who had one of the vehicles before and does not any more. */
  changes(changes: readonly Change[], riderIds?: readonly string[]): Promise<void>
  moves(moves: readonly Move[]): Promise<void>
  command(bookingId: string): Promise<void>
  /** Compares the search index with Postgres and tells what nobody had told. */
  reconcile(): Promise<void>
}

export function createAnnouncer({ redis, index, log }: { redis: Redis; index: SearchIndex; log: Log }): Announcer {
  /** One message per channel, whatever happened on it. */
  const tell = async (notices: readonly (readonly [channel: string, vehicleId: string])[]) => {
    if (notices.length === 0) return
    const byChannel = Map.groupBy(notices, ([channel]) => channel)
    try {
      const pipeline = redis.pipeline()
      for (const [channel, list] of byChannel) {
        pipeline.publish(channel, noticeOf(list.map(([, vehicleId]) => vehicleId)))
      }
      await pipeline.exec()
    } catch (err) {
      // Watchers read everything again when their own connection is back.
      log.debug({ err }, 'notices lost')
    }
  }

  const everywhere = (channel: (cell?: string) => string, cells: readonly string[], vehicleId: string) =>
    [channel(), ...cells.map(channel)].map((name) => [name, vehicleId] as const)

  return {
    async changes(changes, riderIds = []) {
      await index.write(changes.filter(({ changed }) => changed))
      await tell(
        changes.flatMap((change) => [
          ...(change.changed ? everywhere(mapChannel, change.cells, change.vehicleId) : []),
          ...everywhere(operatorChannel, change.cells, change.vehicleId),
          ...[...change.riderIds, ...riderIds].map((id) => [riderChannel(id), change.vehicleId] as const),
        ]),
      )
    },
    moves: (moves) =>
      tell(
        moves.flatMap(({ vehicleId, riderId, cells }) => [
          [riderChannel(riderId), vehicleId] as const,
          ...everywhere(operatorChannel, cells, vehicleId),
        ]),
      ),
    async command(bookingId) {
      await redis.publish(commandChannel(bookingId), '').catch((err: unknown) => log.debug({ err }, 'notice lost'))
    },
    async reconcile() {
      const behind = await index.reconcile()
      await tell(
        behind.flatMap(({ vehicleId, offer, before }) => {
          const cells = [offer, before].filter((place): place is Offer => place !== null).map(cellOf)
          return [...everywhere(mapChannel, cells, vehicleId), ...everywhere(operatorChannel, cells, vehicleId)]
        }),
      )
    },
  }
}
