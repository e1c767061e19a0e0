/** When a vehicle measures, and when it sends what it has measured. */
import type { LockState, Sample, VehicleConfig } from '@holdfast/contracts'

/** Used until the server asks for other intervals: batches of 5 s while riding, every 15 minutes while parked. */
export const defaultConfig: VehicleConfig = { v: 1, parkedIntervalMs: 15 * 60_000, movingIntervalMs: 5_000 }

const movingSampleMs = 1_000
/** Unlocked and standing: the rider is about to end the trip, and one lost message must not prevent that. */
const standingSampleMs = 5_000
/** Samples; the contract's bound on one message. */
export const longestBatch = 20
export interface Reporting {
  readonly lastSampleAt: number
  readonly lastSentAt: number
  readonly moving: boolean
  readonly unsent: readonly Sample[]
}

export const notYetReported: Reporting = { lastSampleAt: 0, lastSentAt: 0, moving: false, unsent: [] }

/** Takes a sample if one is due, and says which samples are to be sent now. */
export function observe(
  reporting: Reporting,
  { sample, lock, config }: { sample: Sample; lock: LockState; config: VehicleConfig },
): { readonly reporting: Reporting; readonly send: readonly Sample[] } {
  const now = sample.at
  const moving = sample.speed > 0
  // Starting and stopping are reported at once: the rider's app and the end of the trip wait for them.
  const changed = moving !== reporting.moving
  if (!changed && !due(reporting.lastSampleAt, sampleEvery(moving, lock, config), now)) return { reporting, send: [] }

  const unsent = [...reporting.unsent, sample]
  const send =
    changed || !moving || due(reporting.lastSentAt, config.movingIntervalMs, now) || unsent.length >= longestBatch
  return {
    reporting: {
      lastSampleAt: now,
      lastSentAt: send ? now : reporting.lastSentAt,
      moving,
      unsent: send ? [] : unsent,
    },
    send: send ? unsent : [],
  }
}

/** Also when the clock was set back: otherwise the vehicle would be silent until the clock has caught up. */
const due = (last: number, intervalMs: number, now: number) => now < last || now - last >= intervalMs

function sampleEvery(moving: boolean, lock: LockState, config: VehicleConfig): number {
  if (moving) return Math.min(movingSampleMs, config.movingIntervalMs)
  return lock === 'UNLOCKED' ? standingSampleMs : config.parkedIntervalMs
}
