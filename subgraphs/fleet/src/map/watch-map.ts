import type { Visibility } from '@holdfast/service/domain'
import { isUnavailable, pause } from '@holdfast/service/process'
import { abortableGenerator } from '@holdfast/service/redis'
import { offersChannel, operatorChannel, riderChannel } from '../changes/channels.ts'
import type { Context } from '../context.ts'
import { cellsTouching } from '../domain/cells.ts'
import { type Box, isInBox } from '../domain/place.ts'
import { requiredBattery, type VehicleFilter, type VehicleType } from '../domain/vehicle-type.ts'
import { isRider, type KnownVehicle, type VehicleView, viewOf } from '../domain/vehicle-view.ts'
import { knownInBox } from '../store/known-vehicles.ts'
import { collectChanges } from './pending-changes.ts'
import { createShownVehicles, maxOnMap } from './shown-vehicles.ts'

/** Milliseconds between two messages: faster than anybody can follow, slow enough to join a second of movement into two. */
const tick = 500
const retryMs = 500 // While the database is away.
/** More are read than shown, because a filter may leave some out. */
const maxRead = 4 * maxOnMap

export interface MapMessage {
  readonly snapshot: boolean
  readonly sequence: number
  readonly vehicles: readonly VehicleView[]
  readonly goneIds: readonly string[]
  readonly truncated: boolean
}

/**
 * What one viewer's map shows: everything, then what changes. It subscribes before it reads, so that no change is missed
 * in between. It remembers what it has shown, so that whatever leaves (the box, the filter, the offer) is reported gone.
 */
export const watchMap = (
  { deps, feed, mapVehicles, visibility }: Pick<Context, 'deps' | 'feed' | 'mapVehicles' | 'visibility'>,
  box: Box,
  filter: VehicleFilter,
): AsyncGenerator<MapMessage, void, void> =>
  abortableGenerator(async function* (signal) {
    const pending = collectChanges(feed, channelsOf(visibility, box), signal)
    const shown = createShownVehicles()
    const { pool, log, now, catalogue, offerRules } = deps

    /** The vehicle as this map shows it; null when it does not. */
    const onMap = (known: KnownVehicle | null): VehicleView | null => {
      const view = known && viewOf(visibility, known, now(), offerRules.graceMs)
      const type = view && catalogue.types().get(view.typeId)
      return view && type && isInBox(box, view) && (view.own || passes(filter, view, type)) ? view : null
    }

    const snapshot = async () => {
      const known = await knownInBox(pool, visibility, box, maxRead)
      shown.clear(known.length >= maxRead)
      // The viewer's own vehicle first: it is shown even if the map is full.
      const ordered = [...known.filter((each) => isRider(visibility, each)), ...known]
      const { vehicles } = shown.update(ordered.map((each) => [each.vehicleId, onMap(each)]))
      return { snapshot: true, vehicles, goneIds: [], truncated: shown.truncated }
    }

    const changes = async (vehicleIds: readonly string[]) => {
      const known = await Promise.all(vehicleIds.map((id) => mapVehicles.load(id)))
      const { vehicles, goneIds } = shown.update(vehicleIds.map((id, i) => [id, onMap(known[i] ?? null)]))
      if (vehicles.length === 0 && goneIds.length === 0) return null
      // There is room for what was left out; only a resync finds it.
      if (shown.truncated && goneIds.length > 0) pending.requestResync()
      return { snapshot: false, vehicles, goneIds, truncated: shown.truncated }
    }

    let sequence = 0
    while (!signal.aborted) {
      const taken = await pending.take()
      if (!taken) return
      try {
        const message = taken.resync ? await snapshot() : await changes(taken.vehicleIds)
        if (message) {
          yield { ...message, sequence }
          sequence += 1
        }
      } catch (err) {
        // The first answer has to come in time, even if it is an error; later the viewer waits for the database.
        if (sequence === 0 || !isUnavailable(err)) throw err
        log.debug({ err }, 'map waits for the database')
        pending.requestResync()
        await pause(retryMs, signal)
      }
      // All maps of a process wake at the same moments, so that they share one read.
      await pause(tick - (Date.now() % tick), signal)
    }
  })

const passes = (filter: VehicleFilter, { batteryPercent }: VehicleView, type: VehicleType): boolean =>
  batteryPercent >= (requiredBattery(filter, type) ?? Number.POSITIVE_INFINITY)

function channelsOf(visibility: Visibility | null, box: Box): readonly string[] {
  const channel = visibility === 'all' ? operatorChannel : offersChannel
  const channels = cellsTouching(box)?.map((cell) => channel(cell)) ?? [channel()]
  return visibility && visibility !== 'all' ? [...channels, riderChannel(visibility.customerId)] : channels
}
