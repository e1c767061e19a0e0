import type { Money } from '@holdfast/contracts'

/** A price before it is spent: a fixed part, a part by time, a ceiling. All in one currency. */
export interface Price {
  readonly unlock: Money
  /** Per started minute. */
  readonly perMinute: Money
  /** The most it can cost; never below `unlock`. */
  readonly cap: Money
  /** What is authorised on the card beforehand. */
  readonly authorisation: Money
}
