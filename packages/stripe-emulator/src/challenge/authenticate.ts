import type Stripe from 'stripe'
import { authenticateIntent } from '../domain/confirmation.ts'
import { noSuch } from '../domain/errors.ts'
import { idOf } from '../domain/objects.ts'
import { accept, type Outcome, refuse } from '../domain/outcome.ts'
import { type Call, keep } from '../http/route.ts'

/** Ends the challenge of an intent, as its holder or a test decided. A decline that follows is in the intent. */
export function authenticate(
  call: Pick<Call, 'draft' | 'cause'>,
  id: string,
  proven: boolean,
): Outcome<Stripe.PaymentIntent> {
  const intent = call.draft.find('payment_intent', id)
  if (!intent) return refuse(noSuch('payment_intent', id, 'intent', 'path'))
  const method = call.draft.find('payment_method', idOf(intent.payment_method) ?? '')
  if (!method) return refuse(noSuch('PaymentMethod', String(idOf(intent.payment_method)), 'payment_method', 'param'))
  const outcome = authenticateIntent(intent, method, proven, call.draft)
  return outcome.ok ? accept(keep(call, outcome.value)) : outcome
}
