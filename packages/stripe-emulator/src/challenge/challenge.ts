import type Stripe from 'stripe'
import { authenticateIntent } from '../domain/confirmation.ts'
import { idOf } from '../domain/objects.ts'
import { accept, andThen, type Outcome } from '../domain/outcome.ts'
import { existing, type Store } from '../store/store.ts'
import { apply, type Cause } from '../webhooks/publish.ts'
import { challengePage, noticePage } from './page.ts'

export const challengePath = '/_emulator/challenges/'

/** The page of 3D Secure for this intent. Its client secret in the URL lets the customer answer. */
export const challengeUrl = (baseUrl: string, intent: Stripe.PaymentIntent): string =>
  `${baseUrl}${challengePath}${intent.id}?client_secret=${intent.client_secret}`

/** Ends the challenge of an intent, as its customer or a test decided. A decline that follows is in the intent. */
export const endChallenge = (store: Store, cause: Cause, id: string, passed: boolean): Outcome<Stripe.PaymentIntent> =>
  store.transaction((tx) => {
    const intent = existing(tx, 'payment_intent', id)
    if (!intent.ok) return intent
    const method = existing(tx, 'payment_method', idOf(intent.value.payment_method) ?? '', 'payment_method')
    const change = andThen(method, (method) => authenticateIntent(intent.value, method, passed, tx))
    return andThen(change, (change) => accept(apply(tx, change, cause)))
  })

export interface PageRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly body: string
}

export interface Page {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const html = (status: number, body: string): Page => ({
  status,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    'referrer-policy': 'no-referrer',
  },
  body,
})

/** Shows a browser the challenge of an intent, and applies the answer of its two buttons. */
export function answerChallenge(store: Store, cause: Cause, { method, path, query, body }: PageRequest): Page {
  const intent = store.find('payment_intent', path.slice(challengePath.length))
  const secret = new URLSearchParams(query).get('client_secret')
  if (!intent || intent.client_secret !== secret) {
    return html(404, noticePage('Not found', 'There is no such payment. Go back to the shop and pay again.'))
  }
  if (intent.status !== 'requires_action') {
    return html(410, noticePage('Nothing to confirm', 'This payment needs no confirmation. You can close this window.'))
  }
  const answer = method === 'POST' ? new URLSearchParams(body).get('answer') : null
  if (answer !== 'authorise' && answer !== 'fail') return html(method === 'POST' ? 400 : 200, challengePage(intent))

  const outcome = endChallenge(store, cause, intent.id, answer === 'authorise')
  const succeeded = outcome.ok && outcome.value.status !== 'requires_payment_method'
  const returnUrl = intent.next_action?.redirect_to_url?.return_url
  if (!returnUrl) {
    return html(200, noticePage(succeeded ? 'Confirmed' : 'Not confirmed', 'You can close this window.'))
  }
  const back = new URL(returnUrl)
  back.searchParams.set('payment_intent', intent.id)
  back.searchParams.set('payment_intent_client_secret', intent.client_secret ?? '')
  back.searchParams.set('redirect_status', succeeded ? 'succeeded' : 'failed')
  return { status: 303, headers: { location: back.href }, body: '' }
}
