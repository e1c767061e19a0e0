import type { Money } from '@holdfast/contracts'

/** What a booking will cost: a fixed fee, a fee per minute, a maximum. All in one currency. */
export interface Price {
  readonly unlock: Money
  /** Per started minute. */
  readonly perMinute: Money
  /** The maximum fare; never below `unlock`. */
  readonly cap: Money
  /** What is authorised on the card before the ride. */
  readonly authorisation: Money
}
