import { setTimeout as sleep } from 'node:timers/promises'
import * as operations from './journey/operations.ts'
import type { PublicClient } from './public-client.ts'

interface MapChange {
  vehicleAvailability: {
    snapshot: boolean
    sequence: number
    goneIds: string[]
    vehicles: { id: string; state: string; speed: number; position: { latitude: number; longitude: number } }[]
  }
}

/** The live map of one viewer: the vehicles it shows now, and what has changed since it was created. */
export class LiveMap {
  readonly shown = new Map<string, { latitude: number; longitude: number }>()
  readonly removedIds = new Set<string>()
  /** Ids that were shown again after they had been removed. */
  readonly shownAfterRemoval = new Set<string>()
  /** How often the position of each id has changed. */
  readonly moves = new Map<string, number>()
  failure: unknown

  constructor(client: PublicClient, box: { south: number; west: number; north: number; east: number }) {
    void this.#watch(client, box)
  }

  async #watch(client: PublicClient, box: object): Promise<void> {
    try {
      for await (const { vehicleAvailability: change } of client.subscribe<MapChange>(operations.watchMap, { box })) {
        if (change.snapshot) this.shown.clear()
        for (const id of change.goneIds) {
          this.shown.delete(id)
          this.removedIds.add(id)
        }
        for (const { id, position } of change.vehicles) {
          const before = this.shown.get(id)
          if (before && (before.latitude !== position.latitude || before.longitude !== position.longitude)) {
            this.moves.set(id, (this.moves.get(id) ?? 0) + 1)
          }
          if (this.removedIds.has(id)) this.shownAfterRemoval.add(id)
          this.shown.set(id, position)
        }
      }
    } catch (err) {
      this.failure = err
    }
  }

  async waitUntil(what: string, isReached: (map: LiveMap) => boolean, timeoutMs = 20_000): Promise<void> {
    const deadline = Date.now() + timeoutMs
    while (!isReached(this)) {
      if (this.failure) throw this.failure
      if (Date.now() > deadline)
        throw new Error(`the map did not show ${what} within ${timeoutMs} ms; it shows ${this.shown.size} vehicles`)
      await sleep(50)
    }
  }
}
