import { setTimeout as sleep } from 'node:timers/promises'

const pauseMs = 20 // between two items,
const totalMs = 3_000 // but all of them within this time

/** Calls `act` for one item after the other, with pauses: clients that are disconnected all at once would all come back at once. */
export async function staggered<T>(items: readonly T[], act: (item: T) => void): Promise<void> {
  const began = performance.now()
  for (const [index, item] of items.entries()) {
    act(item)
    // Timers fire a millisecond or two late, which adds up, so the clock decides.
    const due = (index + 1) * Math.min(pauseMs, totalMs / items.length)
    const restMs = due - (performance.now() - began)
    if (restMs >= 1) await sleep(restMs)
  }
}
