import { isUnavailable, type Log, pause } from '@holdfast/service/process'
import { abortableGenerator, type ChangeFeed } from '@holdfast/service/redis'
import type { Filter } from '../domain/area.ts'
import { type Box, within } from '../domain/place.ts'
import { batteryNeeded, type Eye, type Known, type Seen, seenBy, type VehicleType } from '../domain/sight.ts'
import { cellsTouching } from '../store/cells.ts'
import { idsIn, mapChannel, operatorChannel, riderChannel } from './channels.ts'

/** Markers a map can show and a person can read; above it a client zooms in. */
export const mostOnMap = 500
/** Milliseconds between two messages: faster than anybody follows, slow enough to fold a second of movement into two. */
const tick = 500
const retryMs = 500 // While the database is away.

export interface MapParts {
  readonly live: ChangeFeed
  readonly log: Log
  readonly now: () => Date
  readonly graceMs: number
  readonly types: () => ReadonlyMap<string, VehicleType>
  /** Everything in the box that the eye might see, at most `limit`. */
  readonly inBox: (eye: Eye, box: Box, limit: number) => Promise<readonly Known[]>
  /** Reads vehicles as they are now; batched over all maps of the process. */
  readonly byId: (vehicleIds: readonly string[]) => Promise<readonly (Known | null)[]>
}

export interface MapMessage {
  readonly snapshot: boolean
  readonly sequence: number
  readonly vehicles: readonly Seen[]
  readonly goneIds: readonly string[]
  readonly truncated: boolean
}

/**
 * What one viewer's map shows: everything, then what changes. It listens before it reads, so nothing happens in between
 * unnoticed; it remembers what it has shown, so whatever leaves (the box, the filter, the offer) is said to be gone.
 */
export const watchMap = (parts: MapParts, eye: Eye, box: Box, filter: Filter): AsyncGenerator<MapMessage, void, void> =>
  abortableGenerator(async function* (signal) {
    const news = gather(parts.live, channelsOf(eye, box), signal)
    const shown = new Map<string, { publicId: string; print: string }>()
    let sequence = 0
    let truncated = false

    const look = (known: Known | null): Seen | null => {
      const seen = known && seenBy(eye, known, parts.now(), parts.graceMs)
      const type = seen && parts.types().get(seen.typeId)
      return seen && type && within(box, seen) && (seen.own || isWanted(filter, seen, type)) ? seen : null
    }

    /** Takes one vehicle into account; returns what the viewer must be told. */
    const show = (vehicleId: string, seen: Seen | null): { vehicle?: Seen; goneId?: string } => {
      const before = shown.get(vehicleId)
      if (!seen) {
        shown.delete(vehicleId)
        return before ? { goneId: before.publicId } : {}
      }
      const goneId = before && before.publicId !== seen.publicId ? before.publicId : undefined
      if (!before && shown.size >= mostOnMap && !seen.own) {
        truncated = true
        return {}
      }
      const print = JSON.stringify({ ...seen, lastSeenAt: null })
      if (before?.print === print) return {}
      shown.set(vehicleId, { publicId: seen.publicId, print })
      return { vehicle: seen, ...(goneId && { goneId }) }
    }

    const all = async (): Promise<MapMessage> => {
      const known = await parts.inBox(eye, box, 4 * mostOnMap)
      shown.clear()
      truncated = known.length >= 4 * mostOnMap
      const own = known.filter(({ riderId }) => riderId === eye.id)
      const told = [...own, ...known].map((each) => show(each.vehicleId, look(each)))
      const vehicles = told.flatMap(({ vehicle }) => (vehicle ? [vehicle] : []))
      return { snapshot: true, sequence, vehicles, goneIds: [], truncated }
    }

    const changes = async (vehicleIds: readonly string[]): Promise<MapMessage | null> => {
      const known = await parts.byId(vehicleIds)
      const told = vehicleIds.map((vehicleId, i) => show(vehicleId, look(known[i] ?? null)))
      const vehicles = told.flatMap(({ vehicle }) => (vehicle ? [vehicle] : []))
      const goneIds = told.flatMap(({ goneId }) => (goneId ? [goneId] : []))
      if (vehicles.length === 0 && goneIds.length === 0) return null
      // There is room for what was left out; only a new look knows what that is.
      if (truncated && goneIds.length > 0) news.again()
      return { snapshot: false, sequence, vehicles, goneIds, truncated }
    }

    while (!signal.aborted) {
      const taken = await news.take()
      if (!taken) return
      const { resync, vehicleIds } = taken
      try {
        const message = resync ? await all() : await changes(vehicleIds)
        if (message) {
          yield message
          sequence += 1
        }
      } catch (err) {
        // The first answer has to come in time, even if it is an error; who watches already waits for the database.
        if (sequence === 0 || !isUnavailable(err)) throw err
        parts.log.debug({ err }, 'map waits for the database')
        news.again()
        await pause(retryMs, signal)
      }
      // All maps of a process look at the same moments, so that their reads are one.
      await pause(tick - (Date.now() % tick), signal)
    }
  })

const isWanted = (filter: Filter, { batteryPercent }: Seen, type: VehicleType): boolean =>
  batteryPercent >= (batteryNeeded(filter, type) ?? Number.POSITIVE_INFINITY)

function channelsOf(eye: Eye, box: Box): readonly string[] {
  const channel = eye.role === 'operator' ? operatorChannel : mapChannel
  const places = cellsTouching(box)?.map((cell) => channel(cell)) ?? [channel()]
  return eye.role === 'customer' ? [...places, riderChannel(eye.id)] : places
}

/** Notices gathered until somebody takes them; one resync stands for all that came before it. */
function gather(live: ChangeFeed, channels: readonly string[], signal: AbortSignal) {
  let vehicleIds = new Set<string>()
  let resync = false
  let ended = false
  let wake: () => void = () => undefined
  void (async () => {
    for await (const notice of live.listen(channels, signal)) {
      const ids = notice.kind === 'message' ? idsIn(notice.message) : null
      // What cannot be read might have said anything.
      if (ids) for (const id of ids) vehicleIds.add(id)
      else resync = true
      wake()
    }
    ended = true
    wake()
  })()
  return {
    /** Waits until there is something; null when nothing will come any more. */
    async take(): Promise<{ resync: boolean; vehicleIds: readonly string[] } | null> {
      while (!resync && vehicleIds.size === 0 && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      if (ended) return null
      const taken = { resync, vehicleIds: [...vehicleIds] }
      vehicleIds = new Set()
      resync = false
      return taken
    },
    again() {
      resync = true
    },
  }
}
