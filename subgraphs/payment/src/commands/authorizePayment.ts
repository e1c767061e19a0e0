import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Pool, transaction } from '@holdfast/service/postgres'
import { type Log, traceparent } from '@holdfast/service/process'
import { type Call, type Challenge, callFor } from '../domain/next.ts'
import { inlineMs } from '../domain/pace.ts'
import type { Payment } from '../domain/payment.ts'
import { claim } from '../store/claims.ts'
import { insertPayment, lockRequest, paymentById, paymentOfRequest } from '../store/payments.ts'
import type { AskStripe } from '../stripe/intents.ts'
import { settle } from './settle.ts'

const stripeMs = 2_000 // With a transaction before and after it, the customer has an answer within 3 s.

export interface AuthorizePayment {
  readonly customerId: string
  readonly requestId: string
  readonly bookingId: string
  readonly paymentMethodId: string
}

export type AuthorizeRefusal =
  | { readonly kind: 'BookingNotFound' }
  | { readonly kind: 'BookingNotPayable'; readonly state: string }
  | { readonly kind: 'HoldExpired'; readonly at: Date }
  | { readonly kind: 'RequestIdReused' }

export type AuthorizeOutcome =
  /** What has become of the payment by now, refused by the bank included. `challenge` only while it asks its customer. */
  | { readonly ok: true; readonly payment: Payment; readonly challenge: Challenge | null }
  | { readonly ok: false; readonly refusal: AuthorizeRefusal }

export interface Deps {
  readonly pool: Pool
  readonly ask: AskStripe
  readonly log: Log
  now(): Date
  /** From 0 to 1. */
  chance(): number
}

/**
 * Three phases, each of which can be the last one of this process: claim the booking and write the payment (one
 * transaction), ask Stripe (outside any), bring the answer into the books (one transaction). From the first on the
 * payment's row says what is left to do, and the completer does it.
 */
export const authorizePayment =
  (deps: Deps) =>
  async (command: AuthorizePayment): Promise<AuthorizeOutcome> => {
    const begun = await transaction(deps.pool, async (tx) => {
      await lockRequest(tx, command.customerId, command.requestId)
      const earlier = await paymentOfRequest(tx, command.customerId, command.requestId)
      if (!earlier) return begin(deps, tx, command)
      return earlier.inputHash.equals(hashOf(command))
        ? ({ ok: true, isNew: false, payment: earlier.payment } as const)
        : refused({ kind: 'RequestIdReused' })
    })
    if (!begun.ok) return begun
    if (begun.isNew) return advance(deps, begun.payment, 'create')
    const payment = await settledByTheFirst(deps, begun.payment)
    if (payment.state === 'REQUIRES_ACTION') return advance(deps, payment, callFor(payment, deps.now()))
    return { ok: true, payment, challenge: null }
  }

type Begun = { ok: true; isNew: true; payment: Payment } | { ok: false; refusal: AuthorizeRefusal }

async function begin({ now }: Deps, tx: Parameters<typeof claim>[0], command: AuthorizePayment): Promise<Begun> {
  const id = randomUUID()
  const claimed = await claim(tx, command.bookingId, command.customerId, id)
  switch (claimed.outcome) {
    case 'NOT_FOUND':
      return refused({ kind: 'BookingNotFound' })
    case 'NOT_PAYABLE':
      return refused({ kind: 'BookingNotPayable', state: claimed.state })
    case 'HOLD_EXPIRED':
      return refused({ kind: 'HoldExpired', at: claimed.holdExpiresAt })
    case 'CLAIMED': {
      const at = now()
      const payment = await insertPayment(tx, {
        ...command,
        ...claimed,
        id,
        inputHash: hashOf(command),
        nextTryAt: new Date(at.getTime() + inlineMs),
        createdAt: at,
        traceparent: traceparent(),
      })
      return { ok: true, isNew: true, payment }
    }
  }
}

async function advance(deps: Deps, payment: Payment, call: Call): Promise<AuthorizeOutcome> {
  const answer = await deps.ask(call, payment, stripeMs)
  const settled = await transaction(deps.pool, (tx) =>
    settle(tx, payment.id, answer, { now: deps.now(), chance: deps.chance(), log: deps.log }),
  )
  // With something left to ask of Stripe the intent is about to be cancelled: nobody is to agree to it any more.
  const challenge = answer.kind === 'INTENT' && settled.call === null ? answer.intent.challenge : null
  return { ok: true, payment: settled.payment, challenge }
}

/** The payment when the request that began it is through with it, or as it is when that takes too long. */
async function settledByTheFirst({ pool, now }: Deps, payment: Payment): Promise<Payment> {
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
