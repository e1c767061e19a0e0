import { setTimeout as delay } from 'node:timers/promises'
import type { Sample } from '@holdfast/contracts'
import { oldestBatch, withSamples } from '../domain/unsent-samples.ts'

/** Milliseconds before each batch: a whole fleet may come back at the same moment. */
const pause = 500

/** Samples that wait for a connection; in memory only. */
export function createHistory(connected: () => boolean, send: (batch: readonly Sample[]) => Promise<boolean>) {
  let history: readonly Sample[] = []
  let sending = false
  return {
    add(samples: readonly Sample[]): void {
      history = withSamples(history, samples)
    },
    /** Sends them, oldest first, until none is left or the connection is lost. */
    async sendAll(): Promise<void> {
      if (sending) return
      sending = true
      while (history.length > 0 && connected()) {
        await delay(pause)
        const { batch, rest } = oldestBatch(history)
        history = rest
        if (!(await send(batch))) history = withSamples(batch, history)
      }
      sending = false
    },
  }
}
