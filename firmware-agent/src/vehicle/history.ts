import { setTimeout as delay } from 'node:timers/promises'
import type { Sample } from '@holdfast/contracts'
import { oldestBatch, withSamples } from '../domain/history.ts'

/** Milliseconds before each batch: a whole fleet may come back at the same moment. */
const pause = 500

/** Samples that wait for a connection. In memory only: what is lost with the agent is a distance, never money. */
export interface History {
  add(samples: readonly Sample[]): void
  /** Sends them, oldest first, until none is left or the connection is lost. */
  sendAll(): Promise<void>
}

export function createHistory(connected: () => boolean, send: (batch: readonly Sample[]) => Promise<boolean>): History {
  let history: readonly Sample[] = []
  let sending = false
  return {
    add(samples) {
      history = withSamples(history, samples)
    },
    async sendAll() {
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
