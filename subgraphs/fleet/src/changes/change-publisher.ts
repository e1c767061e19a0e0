import { background, type Log, repeat, type Step } from '@holdfast/service/process'
import type { Redis } from '@holdfast/service/redis'
import { cellOf } from '../domain/cells.ts'
import type { SearchIndex } from '../search/search-index.ts'
import type { VehicleChange } from '../store/availability.ts'
import { commandChannel, messageOf, offersChannel, operatorChannel, riderChannel } from './channels.ts'

/** The vehicle of a rider has moved. */
export interface VehicleMovement {
  readonly vehicleId: string
  readonly riderId: string
  readonly cells: readonly string[]
}

export type ChangePublisher = ReturnType<typeof createChangePublisher>

type Notification = readonly [channel: string, vehicleId: string]

/**
 * Updates copies and notifies watchers of what a committed transaction changed. That may be lost with the process: the
 * copies are compared with Postgres regularly, and what was missed is published then. Only `reconcile` throws.
 */
export function createChangePublisher(redis: Redis, index: SearchIndex, log: Log) {
  /** One message per channel. */
  const publish = async (notifications: readonly Notification[]) => {
    if (notifications.length === 0) return
    try {
      const pipeline = redis.pipeline()
      for (const [channel, list] of Map.groupBy(notifications, ([channel]) => channel)) {
        pipeline.publish(channel, messageOf(list.map(([, vehicleId]) => vehicleId)))
      }
      await pipeline.exec()
    } catch (err) {
      // Watchers read everything again when their own connection is back.
      log.debug({ err }, 'change notifications lost')
    }
  }

  const onMap = (channel: (cell?: string) => string, cells: readonly string[], vehicleId: string): Notification[] =>
    [channel(), ...cells.map(channel)].map((name) => [name, vehicleId])

  return {
    /** `formerRiders`: who had one of the vehicles until now. */
    async vehicles(changes: readonly VehicleChange[], formerRiders: readonly string[] = []): Promise<void> {
      await index.write(changes.filter(({ offerChanged }) => offerChanged))
      await publish(
        changes.flatMap(({ vehicleId, offerChanged, cells, riderId }) => [
          ...(offerChanged ? onMap(offersChannel, cells, vehicleId) : []),
          ...onMap(operatorChannel, cells, vehicleId),
          ...[...(riderId ? [riderId] : []), ...formerRiders].map((id): Notification => [riderChannel(id), vehicleId]),
        ]),
      )
    },
    movements: (movements: readonly VehicleMovement[]): Promise<void> =>
      publish(
        movements.flatMap(({ vehicleId, riderId, cells }): Notification[] => [
          [riderChannel(riderId), vehicleId],
          ...onMap(operatorChannel, cells, vehicleId),
        ]),
      ),
    async command(bookingId: string): Promise<void> {
      await redis
        .publish(commandChannel(bookingId), '')
        .catch((err: unknown) => log.debug({ err }, 'change notification lost'))
    },
    /** Compares the search index with Postgres and publishes what was missed. */
    async reconcile(): Promise<void> {
      const corrected = await index.reconcile()
      await publish(
        corrected.flatMap(({ vehicleId, offer, before }) => {
          const cells = [offer, before].flatMap((place) => (place ? [cellOf(place)] : []))
          return [...onMap(offersChannel, cells, vehicleId), ...onMap(operatorChannel, cells, vehicleId)]
        }),
      )
    },
  }
}

const checkEvery = 200 // ms: how long Postgres answers searches after Redis is back
const reconcileEvery = 60_000 // ms: how long a change that a killed process did not publish stays unpublished

/** Compares the search index with Postgres when it is not trusted, and now and then in any case. */
export function reconcileSearchIndex(redis: Redis, index: SearchIndex, changes: ChangePublisher, log: Log): Step {
  let reconciledAt = 0
  return background('search index', (signal) =>
    repeat(signal, checkEvery, log, async () => {
      if (redis.status !== 'ready' || (index.trusted && Date.now() - reconciledAt < reconcileEvery)) return
      await changes.reconcile()
      reconciledAt = Date.now()
    }),
  )
}
