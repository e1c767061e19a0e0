import type { ChangeFeed } from '@holdfast/service/redis'
import { vehicleIdsIn } from '../changes/channels.ts'

/** Collects change notifications until they are taken; one resync stands for everything before it. */
export function collectChanges(feed: ChangeFeed, channels: readonly string[], signal: AbortSignal) {
  let vehicleIds = new Set<string>()
  let resync = false
  let ended = false
  let wake: () => void = () => undefined
  void (async () => {
    for await (const notification of feed.listen(channels, signal)) {
      const ids = notification.kind === 'message' ? vehicleIdsIn(notification.message) : null
      // A message that cannot be read might have named any vehicle.
      if (ids) for (const id of ids) vehicleIds.add(id)
      else resync = true
      wake()
    }
    ended = true
    wake()
  })()
  return {
    /** Waits until there is something; null when nothing will come any more. */
    async take() {
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
    /** Makes the next `take` ask for a resync. */
    requestResync() {
      resync = true
    },
  }
}
