import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Pool, type Transaction, transaction } from '@holdfast/service/postgres'
import type { Log } from '@holdfast/service/process'
import { type Challenge, callFor, type StripeCall } from '../domain/next-step.ts'
import type { AuthorizeRefusal, Payment } from '../domain/payment.ts'
import { requestBudgetMs } from '../domain/retry.ts'
import { claimForPayment } from '../store/bookings.ts'
import { insertPayment, paymentById, paymentOfRequest, serializeRequest } from '../store/payments.ts'
import type { CallStripe } from '../stripe/intents.ts'
import { settlePayment } from './settlePayment.ts'

const stripeMs = 2_000 // With a transaction before and after it, the customer has an answer within 3 s.

export interface AuthorizePayment {
  readonly customerId: string
  readonly requestId: string
  readonly bookingId: string
  readonly paymentMethodId: string
}

export type AuthorizeOutcome =
  /** The payment as it is now, declined ones included. `challenge` only while the bank requires one. */
  | { readonly ok: true; readonly payment: Payment; readonly challenge: Challenge | null }
  | { readonly ok: false; readonly refusal: AuthorizeRefusal }

export interface Deps {
  readonly pool: Pool
  readonly callStripe: CallStripe
  readonly log: Log
  now(): Date
  /** From 0 to 1. */
  random(): number
}

/**
 * Three phases: claim the booking and insert the payment (one transaction), ask Stripe (outside any transaction), settle
 * the answer (one transaction). The process may die after any of them: the payment's row says what is left to do, and
 * the completer does it.
 */
export async function authorizePayment(deps: Deps, command: AuthorizePayment): Promise<AuthorizeOutcome> {
  const begun = await transaction(deps.pool, async (tx) => {
    await serializeRequest(tx, command.customerId, command.requestId)
    const earlier = await paymentOfRequest(tx, command.customerId, command.requestId)
    if (!earlier) return begin(deps, tx, command)
    return earlier.inputHash.equals(hashOf(command))
      ? ({ ok: true, isNew: false, payment: earlier.payment } as const)
      : refused({ kind: 'RequestIdReused' })
  })
  if (!begun.ok) return begun
  if (begun.isNew) return advance(deps, begun.payment, 'create')
  const payment = await settledByFirstRequest(deps, begun.payment)
  if (payment.state === 'REQUIRES_ACTION') return advance(deps, payment, callFor(payment, deps.now()))
  return { ok: true, payment, challenge: null }
}

type Begun = { ok: true; isNew: true; payment: Payment } | { ok: false; refusal: AuthorizeRefusal }

async function begin({ now }: Deps, tx: Transaction, command: AuthorizePayment): Promise<Begun> {
  const id = randomUUID()
  const claimed = await claimForPayment(tx, command.bookingId, command.customerId, id)
  switch (claimed.outcome) {
    case 'NOT_FOUND':
      return refused({ kind: 'BookingNotFound' })
    case 'NOT_PAYABLE':
      return refused({ kind: 'BookingNotPayable', state: claimed.state })
    case 'HOLD_EXPIRED':
      return refused({ kind: 'HoldExpired', expiredAt: claimed.holdExpiresAt })
    case 'CLAIMED': {
      const at = now()
      const payment = await insertPayment(tx, {
        ...command,
        ...claimed,
        id,
        inputHash: hashOf(command),
        nextTryAt: new Date(at.getTime() + requestBudgetMs),
        createdAt: at,
      })
      return { ok: true, isNew: true, payment }
    }
  }
}

async function advance(deps: Deps, payment: Payment, call: StripeCall): Promise<AuthorizeOutcome> {
  const answer = await deps.callStripe(call, payment, stripeMs)
  const settled = await transaction(deps.pool, (tx) =>
    settlePayment(tx, payment.id, answer, { now: deps.now(), random: deps.random(), log: deps.log }),
  )
  // A call that is left means that the intent is about to be cancelled: the customer must not confirm it any more.
  const challenge = answer.kind === 'INTENT' && settled.call === null ? answer.intent.challenge : null
  return { ok: true, payment: settled.payment, challenge }
}

/** The payment after the first request has settled it, or as it is when that takes too long. */
async function settledByFirstRequest({ pool, now }: Deps, payment: Payment): Promise<Payment> {
  const until = now().getTime() + stripeMs
  let latest = payment
  while (latest.state === 'AUTHORIZING' && now().getTime() < until) {
    await sleep(50)
    latest = await paymentById(pool, payment.id)
  }
  return latest
}

const hashOf = ({ bookingId, paymentMethodId }: AuthorizePayment) =>
  createHash('sha256')
    .update(JSON.stringify(['authorizePayment', bookingId, paymentMethodId]))
    .digest()

const refused = (refusal: AuthorizeRefusal) => ({ ok: false, refusal }) as const
