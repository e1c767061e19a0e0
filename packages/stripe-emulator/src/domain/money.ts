import { accept, type Outcome, refuseInvalid } from './outcome.ts'

/** Smallest charge in minor units: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts */
const smallestCharge: Record<string, number> = {
  aed: 200, aud: 50, brl: 50, cad: 50, chf: 50, czk: 1500, dkk: 250, eur: 50, gbp: 30, hkd: 400, huf: 17500,
  inr: 50, jpy: 50, mxn: 1000, nok: 300, nzd: 50, pln: 200, ron: 200, sek: 300, sgd: 50, usd: 50,
} // biome-ignore format: a table

/** Stripe takes eight digits in any currency above. */
const largestCharge = 99_999_999

export const isCurrency = (code: string): boolean => Object.hasOwn(smallestCharge, code)

/** Whether this amount of this currency can be charged at all. */
export function chargeable(amount: number, currency: string): Outcome<number> {
  const least = smallestCharge[currency] ?? 50
  if (amount >= least && amount <= largestCharge) return accept(amount)
  const [limit, code] =
    amount < least ? [`at least ${least}`, 'amount_too_small'] : [`no more than ${largestCharge}`, 'amount_too_large']
  return refuseInvalid(`Amount must be ${limit} in the smallest unit of ${currency}.`, { code, param: 'amount' })
}
