import type { FareLine } from '@holdfast/contracts'
import { isUuid } from '@holdfast/service/identity'
import { deleteOlderThan, type Pool, type Queryable, type Transaction } from '@holdfast/service/postgres'
import { isNews } from '../domain/next.ts'
import { live, type Payment, type PaymentState, type Wanted } from '../domain/payment.ts'

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
  readonly wanted: Wanted['kind'] | null
  readonly fare_minor: number | null
  readonly fare_lines: unknown
  readonly wanted_minor: number | null
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
    wanted: toWanted(row),
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

const toWanted = (row: PaymentRow): Wanted | null =>
  row.wanted === 'CAPTURE'
    ? {
        kind: row.wanted,
        amountMinor: present(row, 'wanted_minor'),
        fareMinor: present(row, 'fare_minor'),
        lines: present(row, 'fare_lines') as readonly FareLine[],
      }
    : row.wanted && { kind: row.wanted }

/** A column that the table's checks promise in this state. */
function present<K extends keyof PaymentRow>(row: PaymentRow, column: K): NonNullable<PaymentRow[K]> {
  const value = row[column]
  if (value === null || value === undefined) throw new Error(`payment ${row.id} in ${row.state} has no ${column}`)
  return value
}

/** Requests of one customer with one request id, one after another until the transaction ends. */
export const lockRequest = (tx: Transaction, customerId: string, requestId: string) =>
  tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`payment request ${customerId} ${requestId}`])

export async function paymentOfRequest(
  db: Queryable,
  customerId: string,
  requestId: string,
): Promise<{ payment: Payment; inputHash: Buffer } | null> {
  const { rows } = await db.query<PaymentRow & { input_hash: Buffer }>({
    name: 'payment of request',
    text: 'select * from payment.payment where customer_id = $1 and request_id = $2',
    values: [customerId, requestId],
  })
  return rows[0] ? { payment: toPayment(rows[0]), inputHash: rows[0].input_hash } : null
}

/** A new attempt for a booking that was claimed in the same transaction, which is what numbers the attempts. */
export async function insertPayment(
  tx: Transaction,
  payment: {
    id: string
    bookingId: string
    customerId: string
    requestId: string
    inputHash: Buffer
    paymentMethodId: string
    amountMinor: number
    currency: string
    attemptsLeft: number
    holdExpiresAt: Date
    decideBy: Date
    nextTryAt: Date
    createdAt: Date
    traceparent: string | undefined
  },
): Promise<Payment> {
  const { rows } = await tx.query<PaymentRow>({
    name: 'insert payment',
    text: `
      insert into payment.payment (
        id, booking_id, customer_id, request_id, input_hash, payment_method_id, amount_minor, currency,
        attempts_left, hold_expires_at, decide_by, next_try_at, created_at, traceparent, attempt
      )
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, (
        select coalesce(max(attempt), 0) + 1 from payment.payment where booking_id = $2
      ))
      returning *`,
    values: [
      payment.id,
      payment.bookingId,
      payment.customerId,
      payment.requestId,
      payment.inputHash,
      payment.paymentMethodId,
      payment.amountMinor,
      payment.currency,
      payment.attemptsLeft,
      payment.holdExpiresAt,
      payment.decideBy,
      payment.nextTryAt,
      payment.createdAt,
      payment.traceparent,
    ],
  })
  return one(rows)
}

/** Lock order: payment, then booking's functions. */
export async function lockPayment(tx: Transaction, id: string): Promise<Payment> {
  const { rows } = await tx.query<PaymentRow>({
    name: 'lock payment',
    text: 'select * from payment.payment where id = $1 for update',
    values: [id],
  })
  return one(rows)
}

export async function paymentById(db: Queryable, id: string): Promise<Payment> {
  const { rows } = await db.query<PaymentRow>({
    name: 'payment by id',
    text: 'select * from payment.payment where id = $1',
    values: [id],
  })
  return one(rows)
}

/** Writes what became of a locked payment. */
export async function savePayment(tx: Transaction, payment: Payment): Promise<void> {
  await tx.query({
    name: 'save payment',
    text: `
      update payment.payment set
        state = $2::payment.payment_state,
        intent_id = $3,
        attempts_left = $4,
        decline_code = $5,
        method_unusable = $6,
        wanted = $7,
        captured_minor = $8,
        next_try_at = $9,
        tries = $10,
        authorized_at = case when $2::payment.payment_state = 'AUTHORIZED' then coalesce(authorized_at, now()) else authorized_at end,
        settled_at = case when $2::payment.payment_state in ('CAPTURED', 'VOIDED', 'FAILED') then coalesce(settled_at, now()) end
      where id = $1`,
    values: [
      payment.id,
      payment.state,
      payment.intentId,
      payment.attemptsLeft,
      payment.state === 'FAILED' ? payment.decline.code : null,
      payment.state === 'FAILED' && payment.decline.methodUnusable,
      payment.wanted?.kind ?? null,
      payment.state === 'CAPTURED' ? payment.capturedMinor : null,
      payment.nextTryAt,
      payment.tries,
    ],
  })
}

/** Notes what is to be done with the booking's live payment; false when it has none, or something else is wanted already. */
export async function wantOfLive(tx: Transaction, bookingId: string, wish: (payment: Payment) => Wanted, now: Date) {
  const { rows } = await tx.query<PaymentRow>({
    name: 'lock live payment',
    text: `
      select * from payment.payment
      where booking_id = $1 and state = any($2) and wanted is null
      for update`,
    values: [bookingId, live],
  })
  if (!rows[0]) return false
  const wanted = wish(toPayment(rows[0]))
  await tx.query({
    name: 'want',
    text: `
      update payment.payment
      set wanted = $2, wanted_minor = $3, fare_minor = $4, fare_lines = $5, next_try_at = $6, tries = 0
      where id = $1`,
    values: [
      rows[0].id,
      wanted.kind,
      ...(wanted.kind === 'CAPTURE'
        ? [wanted.amountMinor, wanted.fareMinor, JSON.stringify(wanted.lines)]
        : [null, null, null]),
      now,
    ],
  })
  return true
}

/** Ids of payments to look at, the longest waiting first. */
export async function duePayments(
  db: Queryable,
  now: Date,
  limit: number,
  except: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>({
    name: 'due payments',
    text: `
      select id from payment.payment
      where next_try_at <= $1 and id <> all($2)
      order by next_try_at
      limit $3`,
    values: [now, except, limit],
  })
  return rows.map(({ id }) => id)
}

/** Has a payment whose look has failed looked at again then. */
export const postpone = (db: Queryable, id: string, until: Date) =>
  db.query('update payment.payment set next_try_at = $2 where id = $1 and next_try_at is not null', [id, until])

/** What Stripe has told by a webhook: an event's id and type, and whose intent it is about. */
export interface Hint {
  readonly eventId: string
  readonly type: string
  readonly intentId: string
  /** From the intent's metadata, which we wrote. */
  readonly paymentId: string | null
}

/**
 * Keeps an event that was not there before and has its payment looked at when it could be news, all or nothing. An
 * event that overtakes Stripe's answer to our own request tells the intent's id.
 */
export async function takeHint(
  tx: Transaction,
  hint: Hint,
  now: Date,
  soon: Date,
): Promise<'known' | 'stranger' | 'old' | 'news'> {
  const { rowCount } = await tx.query(
    'insert into payment.webhook_inbox (event_id, type, intent_id) values ($1, $2, $3) on conflict do nothing',
    [hint.eventId, hint.type, hint.intentId],
  )
  if (rowCount === 0) return 'known'
  const { rows } = await tx.query<{ id: string; state: PaymentState }>(
    `select id, state from payment.payment
     where intent_id = $1 or (id = $2 and intent_id is null)
     for update`,
    [hint.intentId, hint.paymentId],
  )
  const payment = rows[0]
  if (!payment) return 'stranger'
  if (!isNews(hint.type, payment.state)) return 'old'
  await tx.query(
    'update payment.payment set intent_id = $2, next_try_at = least(next_try_at, $3) where id = $1',
    // The request that is under way usually gets there first; asking Stripe twice would be for nothing.
    [payment.id, hint.intentId, payment.state === 'AUTHORIZING' ? soon : now],
  )
  return 'news'
}

/** Payments begun since then, and those named besides. `ids` come from outside and may be anything. */
export async function paymentsSince(db: Queryable, since: Date, ids: readonly (string | null)[]): Promise<Payment[]> {
  const { rows } = await db.query<PaymentRow>(
    'select * from payment.payment where created_at >= $1 or id = any($2::uuid[])',
    [since, ids.filter((id) => id !== null && isUuid(id))],
  )
  return rows.map(toPayment)
}

/** Has the intent of a payment that is over cancelled. */
export const voidOver = (db: Queryable, id: string, intentId: string, now: Date) =>
  db.query(
    `update payment.payment
     set wanted = 'VOID', intent_id = coalesce(intent_id, $2), next_try_at = $3, tries = 0
     where id = $1 and state in ('FAILED', 'VOIDED') and wanted is null`,
    [id, intentId, now],
  )

export const ping = (db: Queryable) => db.query('select 1')

/** Stripe repeats an event for three days; by hand it can be sent again for thirty. */
export const forgetHints = (pool: Pool, signal: AbortSignal) =>
  deleteOlderThan(pool, { table: 'payment.webhook_inbox', column: 'received_at', keepFor: '35 days' }, signal)

function one(rows: readonly PaymentRow[]): Payment {
  if (!rows[0]) throw new Error('there is no such payment')
  return toPayment(rows[0])
}
