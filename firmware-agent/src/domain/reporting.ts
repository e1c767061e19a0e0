/** When a vehicle measures, what it sends at once and what it keeps for later. */
import type { LockState, Sample, VehicleConfig } from '@holdfast/contracts'

/** Used until the house has said otherwise: batches of 5 s while riding, every 15 minutes while parked. */
export const defaultConfig: VehicleConfig = { v: 1, parkedIntervalMs: 15 * 60_000, movingIntervalMs: 5_000 }

const movingSampleMs = 1_000
/** Unlocked and standing: the rider is about to end the trip, and a lost message must not keep them from it. */
const standingSampleMs = 5_000
/** The contract's bound on one message. */
const longestBatch = 20
/** Samples kept while there is no connection: a quarter of an hour of riding; the oldest go first. */
export const historyKept = 1_024

export interface Reporting {
  readonly lastSampleAt: number
  readonly lastSentAt: number
  readonly moving: boolean
  readonly unsent: readonly Sample[]
}

export const notYetReported: Reporting = { lastSampleAt: 0, lastSentAt: 0, moving: false, unsent: [] }

/** Takes note of a moment: maybe measures, maybe says what is to be sent now. */
export function observe(
  reporting: Reporting,
  { sample, lock, config }: { sample: Sample; lock: LockState; config: VehicleConfig },
): { readonly reporting: Reporting; readonly send: readonly Sample[] } {
  const now = sample.at
  const moving = sample.speed > 0
  // Starting and stopping are told at once: the rider's app and the end of the trip wait for them.
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

/** Also when the clock was set back: a vehicle must not be silent until it has caught up. */
const due = (last: number, intervalMs: number, now: number) => now < last || now - last >= intervalMs

function sampleEvery(moving: boolean, lock: LockState, config: VehicleConfig): number {
  if (moving) return Math.min(movingSampleMs, config.movingIntervalMs)
  return lock === 'UNLOCKED' ? standingSampleMs : config.parkedIntervalMs
}

/** Keeps samples that could not be sent. */
export const keep = (history: readonly Sample[], samples: readonly Sample[]): readonly Sample[] =>
  [...history, ...samples].slice(-historyKept)

/** The oldest kept samples as one message, and what stays. */
export const oldest = (history: readonly Sample[]): { batch: readonly Sample[]; rest: readonly Sample[] } => ({
  batch: history.slice(0, longestBatch),
  rest: history.slice(longestBatch),
})
