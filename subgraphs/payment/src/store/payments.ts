import { isUuid } from '@holdfast/service/identity'
import type { Queryable, Transaction } from '@holdfast/service/postgres'
import { traceparent } from '@holdfast/service/process'
import { liveStates, type Payment, type PendingAction } from '../domain/payment.ts'
import type { Claimed } from './bookings.ts'

/** A payment as the domain has it. The checks of the table require the values that its state and pending action need. */
const paymentColumns = `
  id, booking_id as "bookingId", customer_id as "customerId", attempt, state, payment_method_id as "paymentMethodId",
  json_build_object('amountMinor', amount_minor, 'currency', currency) as amount, intent_id as "intentId",
  attempts_left as "attemptsLeft", hold_expires_at as "holdExpiresAt", decide_by as "decideBy",
  case pending_action
    when 'VOID' then json_build_object('kind', pending_action)
    when 'CAPTURE' then json_build_object(
      'kind', pending_action, 'amountMinor', capture_minor, 'fareMinor', fare_minor, 'lines', fare_lines)
  end as "pendingAction",
  next_try_at as "nextTryAt", tries, created_at as "createdAt",
  coalesce(settled_at, authorized_at, created_at) as "changedAt", traceparent, captured_minor as "capturedMinor",
  case state when 'FAILED' then json_build_object('code', decline_code, 'methodUnusable', method_unusable) end as decline`

/** Requests of one customer with the same requestId run one after another: this waits until the earlier one has ended. */
export const serializeRequest = (tx: Transaction, customerId: string, requestId: string) =>
  tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`payment request ${customerId} ${requestId}`])

export async function paymentOfRequest(db: Queryable, customerId: string, requestId: string) {
  const { rows } = await db.query<Payment & { inputHash: Buffer }>({
    name: 'payment of request',
    text: `
      select ${paymentColumns}, input_hash as "inputHash"
      from payment.payment where customer_id = $1 and request_id = $2`,
    values: [customerId, requestId],
  })
  return rows[0] ? { payment: rows[0], inputHash: rows[0].inputHash } : null
}

/** A new attempt for a booking that was claimed in the same transaction; the claim makes its number unique. */
export async function insertPayment(
  tx: Transaction,
  payment: Pick<Payment, 'id' | 'bookingId' | 'customerId' | 'paymentMethodId' | 'createdAt'> &
    Claimed & { requestId: string; inputHash: Buffer; nextTryAt: Date },
): Promise<Payment> {
  const { rows } = await tx.query<Payment>({
    name: 'insert payment',
    text: `
      insert into payment.payment (
        id, booking_id, customer_id, request_id, input_hash, payment_method_id, amount_minor, currency,
        attempts_left, hold_expires_at, decide_by, next_try_at, created_at, traceparent, attempt
      )
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, (
        select coalesce(max(attempt), 0) + 1 from payment.payment where booking_id = $2
      ))
      returning ${paymentColumns}`,
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
      traceparent(),
    ],
  })
  return one(rows)
}

/** Locks the row. Lock order: payment, then booking's functions. */
export const paymentForUpdate = (tx: Transaction, id: string): Promise<Payment> => readOne(tx, id, 'for update')

export const paymentById = (db: Queryable, id: string): Promise<Payment> => readOne(db, id)

async function readOne(db: Queryable, id: string, lock: 'for update' | '' = ''): Promise<Payment> {
  const text = `select ${paymentColumns} from payment.payment where id = $1 ${lock}`
  return one((await db.query<Payment>({ name: `payment by id ${lock}`, text, values: [id] })).rows)
}

/** The payments of a customer, earlier attempts first; of all customers when `customerId` is null. */
export async function paymentsOfCustomer(
  db: Queryable,
  customerId: string | null,
  by: 'id' | 'booking_id',
  ids: readonly string[],
): Promise<Payment[]> {
  const { rows } = await db.query<Payment>({
    name: `payments of customer by ${by}`,
    text: `
      select ${paymentColumns} from payment.payment
      where ${by} = any($1::uuid[]) and ($2::uuid is null or customer_id = $2)
      order by attempt`,
    values: [ids, customerId],
  })
  return rows
}

/** Saves a payment that was read for update. */
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
        pending_action = $7,
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
      payment.pendingAction?.kind ?? null,
      payment.state === 'CAPTURED' ? payment.capturedMinor : null,
      payment.nextTryAt,
      payment.tries,
    ],
  })
}

/** Sets what is to be done with the booking's live payment. False when it has none, or already has a pending action. */
export async function setPendingAction(
  tx: Transaction,
  bookingId: string,
  actionFor: (payment: Payment) => PendingAction,
  now: Date,
) {
  const { rows } = await tx.query<Payment>({
    name: 'live payment for update',
    text: `
      select ${paymentColumns} from payment.payment
      where booking_id = $1 and state = any($2) and pending_action is null
      for update`,
    values: [bookingId, liveStates],
  })
  if (!rows[0]) return false
  const action = actionFor(rows[0])
  await tx.query({
    name: 'set pending action',
    text: `
      update payment.payment
      set pending_action = $2, capture_minor = $3, fare_minor = $4, fare_lines = $5, next_try_at = $6, tries = 0
      where id = $1`,
    values: [
      rows[0].id,
      action.kind,
      ...(action.kind === 'CAPTURE'
        ? [action.amountMinor, action.fareMinor, JSON.stringify(action.lines)]
        : [null, null, null]),
      now,
    ],
  })
  return true
}

/** Ids of payments that are due, the longest waiting first. */
export async function duePayments(db: Queryable, now: Date, limit: number, except: readonly string[]) {
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

/** Makes a due payment due later, after an attempt to complete it failed. */
export const postpone = (db: Queryable, id: string, until: Date) =>
  db.query('update payment.payment set next_try_at = $2 where id = $1 and next_try_at is not null', [id, until])

/** Payments created since then, and those with these ids. `ids` come from outside and may be anything. */
export async function paymentsSince(db: Queryable, since: Date, ids: readonly (string | null)[]): Promise<Payment[]> {
  const { rows } = await db.query<Payment>(
    `select ${paymentColumns} from payment.payment where created_at >= $1 or id = any($2::uuid[])`,
    [since, ids.filter((id) => id !== null && isUuid(id))],
  )
  return rows
}

/** Makes the intent of an ended payment due to be cancelled. */
export const voidEndedPayment = (db: Queryable, id: string, intentId: string, now: Date) =>
  db.query(
    `update payment.payment
     set pending_action = 'VOID', intent_id = coalesce(intent_id, $2), next_try_at = $3, tries = 0
     where id = $1 and state in ('FAILED', 'VOIDED') and pending_action is null`,
    [id, intentId, now],
  )

function one(rows: readonly Payment[]): Payment {
  if (!rows[0]) throw new Error('the payment is not in the database')
  return rows[0]
}
