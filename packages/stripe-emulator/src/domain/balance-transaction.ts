import type Stripe from 'stripe'
import { processingFee } from './money.ts'
import type { Moment } from './objects.ts'

/** Card money becomes available two days after it was taken. */
const settlesAfter = 2 * 86_400

type Movement = 'charge' | 'refund' | 'refund_failure'

/** One movement of money on the account; `amount` is negative when it leaves. */
export function movement(
  type: Movement,
  source: Stripe.Charge | Stripe.Refund,
  amount: number,
  at: Moment,
): Stripe.BalanceTransaction {
  const fee = type === 'charge' ? processingFee(amount) : 0
  return {
    id: at.id('txn'),
    object: 'balance_transaction',
    amount,
    available_on: at.now + settlesAfter,
    balance_type: 'payments',
    created: at.now,
    currency: source.currency,
    description: null,
    exchange_rate: null,
    fee,
    fee_details: fee
      ? [
          {
            amount: fee,
            application: null,
            currency: source.currency,
            description: 'Stripe processing fees',
            type: 'stripe_fee',
          },
        ]
      : [],
    net: amount - fee,
    reporting_category: type,
    source: source.id,
    status: 'pending',
    type,
  }
}
