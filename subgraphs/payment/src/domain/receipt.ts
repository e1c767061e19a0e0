import type { FareLine } from '@holdfast/contracts'

/** § 12 (1) UStG, in hundredths of a percent. */
export const vatBasisPoints = 1_900

const whole = 10_000 // basis points

/**
 * Splits a gross price (what the customer sees and pays) into net and tax, in minor units. Net is rounded half up and tax
 * is the rest, so that both always sum to the gross price.
 */
export function withoutVat(grossMinor: number, basisPoints = vatBasisPoints): { netMinor: number; vatMinor: number } {
  const divisor = whole + basisPoints
  const netMinor = Math.floor((2 * grossMinor * whole + divisor) / (2 * divisor))
  return { netMinor, vatMinor: grossMinor - netMinor }
}

/** What was paid, with the details that § 14 UStG requires. Amounts are in minor units of `currency`. */
export interface Receipt {
  /** Gapless. */
  readonly number: number
  readonly issuedAt: Date
  readonly currency: string
  readonly grossMinor: number
  readonly netMinor: number
  readonly vatMinor: number
  readonly vatBasisPoints: number
  /** The part of the fare above the authorisation, not captured. */
  readonly outstandingMinor: number
  readonly lines: readonly FareLine[]
}

/** The amounts of the receipt for what was captured of a fare. */
export const receiptFor = (capturedMinor: number, fareMinor: number) => ({
  grossMinor: capturedMinor,
  ...withoutVat(capturedMinor),
  vatBasisPoints,
  outstandingMinor: Math.max(fareMinor - capturedMinor, 0),
})
