import type Stripe from 'stripe'
import { type ClockAndIds, nulls } from './objects.ts'

/** Seconds until card money is available after a charge. */
const settlementDelay = 2 * 86_400

/** One movement of money on the account; `amount` is negative when it leaves. */
export function balanceTransaction(
  type: 'charge' | 'refund' | 'refund_failure',
  source: Stripe.Charge | Stripe.Refund,
  amount: number,
  at: ClockAndIds,
): Stripe.BalanceTransaction {
  const { currency } = source
  // The list price, 2.9 % and 30 minor units: no contract is emulated, but a fee is never zero.
  const fee = type === 'charge' ? Math.round(amount * 0.029) + 30 : 0
  const feeDetail = { application: null, description: 'Stripe processing fees', type: 'stripe_fee' }
  return {
    ...nulls('description', 'exchange_rate'),
    id: at.id('txn'),
    object: 'balance_transaction',
    amount,
    available_on: at.now + settlementDelay,
    balance_type: 'payments',
    created: at.now,
    currency,
    fee,
    fee_details: fee ? [{ ...feeDetail, amount: fee, currency }] : [],
    net: amount - fee,
    reporting_category: type,
    source: source.id,
    status: 'pending',
    type,
  }
}
