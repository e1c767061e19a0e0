import type { FareLine } from '@holdfast/contracts'

/** § 12 (1) UStG, in hundredths of a percent. */
export const vatBasisPoints = 1_900

const whole = 10_000 // basis points

/**
 * Splits a gross price (what the customer sees and pays) into net and tax, in minor units: net is rounded half up and the
 * tax is the rest, so that the two always make the gross.
 */
export function withoutVat(grossMinor: number, basisPoints = vatBasisPoints): { netMinor: number; vatMinor: number } {
  const divisor = whole + basisPoints
  const netMinor = Math.floor((2 * grossMinor * whole + divisor) / (2 * divisor))
  return { netMinor, vatMinor: grossMinor - netMinor }
}

/** What was paid, as § 14 UStG wants it shown. Amounts in minor units of `currency`. */
export interface Receipt {
  /** Gapless. */
  readonly number: number
  readonly issuedAt: Date
  readonly currency: string
  readonly grossMinor: number
  readonly netMinor: number
  readonly vatMinor: number
  readonly vatBasisPoints: number
  /** The part of the fare above the authorisation, not taken. */
  readonly outstandingMinor: number
  readonly lines: readonly FareLine[]
}

/** The receipt's amounts for what was taken of a fare. */
export const receiptFor = (capturedMinor: number, fareMinor: number) => ({
  grossMinor: capturedMinor,
  ...withoutVat(capturedMinor),
  vatBasisPoints,
  outstandingMinor: Math.max(fareMinor - capturedMinor, 0),
})
