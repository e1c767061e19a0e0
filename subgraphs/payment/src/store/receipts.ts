import type { FareLine } from '@holdfast/contracts'
import type { Transaction } from '@holdfast/service/postgres'
import type { Payment } from '../domain/payment.ts'
import type { receiptFor } from '../domain/receipt.ts'

/** Issues the receipt with the next number. It is taken in the transaction of the capture, so numbers have no gap. */
export const issueReceipt = (
  tx: Transaction,
  payment: Payment,
  amounts: ReturnType<typeof receiptFor>,
  lines: readonly FareLine[],
) =>
  tx.query({
    name: 'issue receipt',
    text: `
      with series as (update payment.receipt_series set last_number = last_number + 1 returning last_number)
      insert into payment.receipt (
        number, payment_id, booking_id, customer_id, currency, gross_minor, net_minor, vat_minor, vat_basis_points,
        outstanding_minor, lines
      )
      select last_number, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 from series`,
    values: [
      payment.id,
      payment.bookingId,
      payment.customerId,
      payment.amount.currency,
      amounts.grossMinor,
      amounts.netMinor,
      amounts.vatMinor,
      amounts.vatBasisPoints,
      amounts.outstandingMinor,
      JSON.stringify(lines),
    ],
  })
