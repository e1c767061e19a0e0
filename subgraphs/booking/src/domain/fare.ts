import type { FareLine, Money } from '@holdfast/contracts'
import type { Price } from './price.ts'

export interface Fare {
  readonly total: Money
  /** They sum up to `total`. */
  readonly lines: readonly FareLine[]
}

/**
 * Started minutes between two instants. At least 1: unlocking starts a minute, also when the vehicle reports unlocking and
 * locking at the same instant or in the wrong order.
 */
export const startedMinutes = (from: Date, to: Date): number =>
  Math.max(1, Math.ceil((to.getTime() - from.getTime()) / 60_000))

/** The unlock fee plus the started minutes, at most the cap. */
export function fareOf(price: Price, from: Date, to: Date): Fare {
  const minutes = startedMinutes(from, to)
  const { currency } = price.unlock
  const line = (kind: FareLine['kind'], quantity: number, unitMinor: number): FareLine => ({
    kind,
    quantity,
    unit: { amountMinor: unitMinor, currency },
    total: { amountMinor: unitMinor * quantity, currency },
  })
  const uncapped = price.unlock.amountMinor + price.perMinute.amountMinor * minutes
  const over = uncapped - price.cap.amountMinor
  const lines = [
    line('UNLOCK', 1, price.unlock.amountMinor),
    line('MINUTES', minutes, price.perMinute.amountMinor),
    ...(over > 0 ? [line('CAP', 1, -over)] : []),
  ]
  return { total: { amountMinor: Math.min(uncapped, price.cap.amountMinor), currency }, lines }
}

/** The fare of a booking: the sum of its items' fares. */
export const sumOf = (fares: readonly Fare[], currency: string): Fare => ({
  total: { amountMinor: fares.reduce((sum, { total }) => sum + total.amountMinor, 0), currency },
  lines: fares.flatMap(({ lines }) => lines),
})
