/** Samples that could not be sent when they were measured. */
import type { Sample } from '@holdfast/contracts'
import { longestBatch } from './reporting.ts'

/** A quarter of an hour of riding; the oldest samples are dropped first. */
export const historyLimit = 1_024

export const withSamples = (history: readonly Sample[], samples: readonly Sample[]): readonly Sample[] =>
  [...history, ...samples].slice(-historyLimit)

/** The oldest samples that fit into one message, and the others. */
export const oldestBatch = (history: readonly Sample[]): { batch: readonly Sample[]; rest: readonly Sample[] } => ({
  batch: history.slice(0, longestBatch),
  rest: history.slice(longestBatch),
})
