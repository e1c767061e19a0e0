import type { ChangeFeed } from '@holdfast/service/redis'
import { vehicleIdsIn } from '../changes/channels.ts'

export interface PendingChanges {
  /** Waits until there is something; null when nothing will come any more. */
  take(): Promise<{ readonly resync: boolean; readonly vehicleIds: readonly string[] } | null>
  /** Makes the next `take` ask for a resync. */
  requestResync(): void
}

/** Collects change notifications until they are taken; one resync stands for everything before it. */
export function collectChanges(feed: ChangeFeed, channels: readonly string[], signal: AbortSignal): PendingChanges {
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
    requestResync() {
      resync = true
    },
  }
}
