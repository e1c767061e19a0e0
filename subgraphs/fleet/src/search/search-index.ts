/**
 * The search index in Redis: a copy of fleet.vehicle_availability that may be lost at any time and never decides who gets
 * a vehicle. While it is not trusted, Postgres answers searches.
 */
import type { Pool } from '@holdfast/service/postgres'
import { counter, gauge, type Log } from '@holdfast/service/process'
import type { Redis } from '@holdfast/service/redis'
import type { Offer } from '../domain/offer.ts'
import type { FoundVehicle, Search } from '../domain/search.ts'
import { offersAfter, type VersionedOffer } from '../store/availability.ts'
import { copiedVersions, markComplete, nearestCopies, readCopies, writeCopies } from './offer-copies.ts'

const batch = 1_000

const copied = counter('search_index_copied_total', 'Vehicles whose copy in the search index was written')
const trust = gauge('search_index_trusted', '1 while searches are answered from Redis')

export type SearchIndex = ReturnType<typeof createSearchIndex>

export function createSearchIndex(redis: Redis, pool: Pool, log: Log) {
  let trusted = false
  let losses = 0
  const loseTrust = () => {
    losses += 1
    trusted = false
    trust.set(0)
  }
  // A restarted Redis may have lost its last second, and lacks what was written while it was away.
  redis.on('close', loseTrust)

  const write = async (offers: readonly VersionedOffer[]) => {
    if (offers.length === 0) return
    await writeCopies(redis, offers)
    copied.inc(offers.length)
  }

  /** Compares everything with Postgres, copies what differs and returns it, each with its copy before. */
  const reconcile = async () => {
    const lossesBefore = losses
    const corrected: (VersionedOffer & { before: Offer | null })[] = []
    for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
      const offers = await offersAfter(pool, after, batch)
      const last = offers.at(-1)
      if (!last) break
      const versions = await copiedVersions(
        redis,
        offers.map(({ vehicleId }) => vehicleId),
      )
      const outdated = offers.filter(({ version }, i) => (versions[i] ?? -1) < version)
      const before = await readCopies(
        redis,
        outdated.map(({ vehicleId }) => vehicleId),
      )
      await write(outdated)
      corrected.push(...outdated.map((offer, i) => ({ ...offer, before: before[i] ?? null })))
      after = last.vehicleId
    }
    await markComplete(redis)
    // What failed meanwhile may concern vehicles that were already compared.
    if (losses === lossesBefore) {
      trusted = true
      trust.set(1)
    }
    if (corrected.length > 0) log.info({ vehicles: corrected.length }, 'search index brought up to date')
    return corrected
  }

  return {
    get trusted() {
      return trusted
    },
    /** Copies what changed. When that fails, the index is not trusted until it was compared with Postgres again. */
    async write(changes: readonly VersionedOffer[]): Promise<void> {
      try {
        await write(changes)
      } catch (err) {
        if (trusted) log.warn({ err }, 'search index cannot be written; Postgres answers searches')
        loseTrust()
      }
    },
    /** Nearest first; null when the index cannot answer now, so that Postgres must. */
    async search(search: Search): Promise<FoundVehicle[] | null> {
      if (search.types.length === 0) return []
      if (!trusted) return null
      try {
        const found = await nearestCopies(redis, search)
        if (found !== 'INCOMPLETE') return found
      } catch (err) {
        log.warn({ err }, 'search index does not answer; Postgres does')
      }
      loseTrust()
      return null
    },
    reconcile,
  }
}
