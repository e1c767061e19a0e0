import type { FareLine } from '@holdfast/contracts'
import type { Payment, PaymentState, PendingAction } from '../domain/payment.ts'

/** A row of payment.payment, as `pg` and Prisma both give it. */
export interface PaymentRow {
  readonly id: string
  readonly booking_id: string
  readonly customer_id: string
  readonly attempt: number
  readonly state: PaymentState
  readonly payment_method_id: string
  readonly amount_minor: number
  readonly currency: string
  readonly intent_id: string | null
  readonly attempts_left: number
  readonly hold_expires_at: Date
  readonly decide_by: Date
  readonly decline_code: string | null
  readonly method_unusable: boolean
  readonly pending_action: PendingAction['kind'] | null
  readonly fare_minor: number | null
  readonly fare_lines: unknown
  readonly capture_minor: number | null
  readonly captured_minor: number | null
  readonly next_try_at: Date | null
  readonly tries: number
  readonly created_at: Date
  readonly authorized_at: Date | null
  readonly settled_at: Date | null
  readonly traceparent: string | null
}

export function toPayment(row: PaymentRow): Payment {
  const attempt = {
    id: row.id,
    bookingId: row.booking_id,
    customerId: row.customer_id,
    attempt: row.attempt,
    paymentMethodId: row.payment_method_id,
    amount: { amountMinor: row.amount_minor, currency: row.currency },
    intentId: row.intent_id,
    attemptsLeft: row.attempts_left,
    holdExpiresAt: row.hold_expires_at,
    decideBy: row.decide_by,
    pendingAction: toPendingAction(row),
    nextTryAt: row.next_try_at,
    tries: row.tries,
    createdAt: row.created_at,
    changedAt: row.settled_at ?? row.authorized_at ?? row.created_at,
    traceparent: row.traceparent,
  }
  switch (row.state) {
    case 'CAPTURED':
      return { ...attempt, state: row.state, capturedMinor: present(row, 'captured_minor') }
    case 'FAILED': {
      const decline = { code: present(row, 'decline_code'), methodUnusable: row.method_unusable }
      return { ...attempt, state: row.state, decline }
    }
    default:
      return { ...attempt, state: row.state }
  }
}

const toPendingAction = (row: PaymentRow): PendingAction | null =>
  row.pending_action === 'CAPTURE'
    ? {
        kind: row.pending_action,
        amountMinor: present(row, 'capture_minor'),
        fareMinor: present(row, 'fare_minor'),
        lines: present(row, 'fare_lines') as readonly FareLine[],
      }
    : row.pending_action && { kind: row.pending_action }

/** A column that the checks of the table require in this state. */
function present<K extends keyof PaymentRow>(row: PaymentRow, column: K): NonNullable<PaymentRow[K]> {
  const value = row[column]
  if (value === null || value === undefined) throw new Error(`payment ${row.id} in ${row.state} has no ${column}`)
  return value
}
