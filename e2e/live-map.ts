import { setTimeout as sleep } from 'node:timers/promises'
import * as operations from './journey/operations.ts'
import type { PublicClient } from './public-client.ts'

interface Change {
  vehicleAvailability: {
    snapshot: boolean
    sequence: number
    goneIds: string[]
    vehicles: { id: string; state: string; speed: number; position: { latitude: number; longitude: number } }[]
  }
}

/** A map that somebody looks at: what it shows now, and what it showed on the way. */
export class LiveMap {
  readonly shown = new Map<string, { latitude: number; longitude: number }>()
  /** Ids that were taken off. */
  readonly removed = new Set<string>()
  /** Ids that were shown again under the same name after they were taken off. */
  readonly shownAfterRemoval = new Set<string>()
  /** How often an id was shown at another place than before. */
  readonly moves = new Map<string, number>()
  failure: unknown

  constructor(client: PublicClient, box: { south: number; west: number; north: number; east: number }) {
    void this.#watch(client, box)
  }

  async #watch(client: PublicClient, box: object): Promise<void> {
    try {
      for await (const { vehicleAvailability: change } of client.subscribe<Change>(operations.watchMap, { box })) {
        if (change.snapshot) this.shown.clear()
        for (const id of change.goneIds) {
          this.shown.delete(id)
          this.removed.add(id)
        }
        for (const { id, position } of change.vehicles) {
          const before = this.shown.get(id)
          if (before && (before.latitude !== position.latitude || before.longitude !== position.longitude)) {
            this.moves.set(id, (this.moves.get(id) ?? 0) + 1)
          }
          if (this.removed.has(id)) this.shownAfterRemoval.add(id)
          this.shown.set(id, position)
        }
      }
    } catch (err) {
      this.failure = err
    }
  }

  async waitUntil(what: string, holds: (view: LiveMap) => boolean, ms = 20_000): Promise<void> {
    const deadline = Date.now() + ms
    while (!holds(this)) {
      if (this.failure) throw this.failure
      if (Date.now() > deadline)
        throw new Error(`the map did not show ${what} within ${ms} ms; it shows ${this.shown.size}`)
      await sleep(50)
    }
  }
}
