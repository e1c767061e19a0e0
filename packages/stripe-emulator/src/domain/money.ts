import { invalidRequest } from './errors.ts'
import { accept, type Outcome, refuse } from './outcome.ts'

/** Smallest charge in minor units: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts */
const smallest: Record<string, number> = {
  aed: 200, aud: 50, brl: 50, cad: 50, chf: 50, czk: 1500, dkk: 250, eur: 50, gbp: 30, hkd: 400, huf: 17500,
  inr: 50, jpy: 50, mxn: 1000, nok: 300, nzd: 50, pln: 200, ron: 200, sek: 300, sgd: 50, usd: 50,
} // biome-ignore format: a table

/** Stripe takes eight digits in any currency named here. */
const largest = 99_999_999

export const isCurrency = (code: string): boolean => Object.hasOwn(smallest, code)

/** Whether this much of this currency can be charged at all. */
export function chargeable(amount: number, currency: string): Outcome<number> {
  const least = smallest[currency] ?? 50
  if (amount < least) {
    return refuse(
      invalidRequest(`Amount must be at least ${least} in the smallest unit of ${currency}.`, {
        code: 'amount_too_small',
        param: 'amount',
      }),
    )
  }
  if (amount > largest) {
    return refuse(
      invalidRequest(`Amount must be no more than ${largest} in the smallest unit of ${currency}.`, {
        code: 'amount_too_large',
        param: 'amount',
      }),
    )
  }
  return accept(amount)
}

/** The list price of a card charge, 2.9 % and 30 minor units: no contract is emulated, but a fee is never zero. */
export const processingFee = (amount: number): number => Math.round(amount * 0.029) + 30
