import { decodeForm } from '../http/form.ts'
import type { Books } from '../store/books.ts'
import type { Cause } from '../webhooks/publish.ts'
import { authenticate } from './authenticate.ts'
import { challengePage, noticePage } from './page.ts'
import { challengePath } from './url.ts'

export interface Visit {
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

/** What a browser gets that opens the challenge of an intent or presses one of its buttons. */
export function visitChallenge(books: Books, cause: Cause, { method, path, query, body }: Visit): Page {
  const intent = books.find('payment_intent', path.slice(challengePath.length))
  const secret = new URLSearchParams(query).get('client_secret')
  if (!intent || intent.client_secret !== secret) return html(404, noticePage('Not found', 'There is no such payment.'))
  if (intent.status !== 'requires_action') {
    return html(410, noticePage('Nothing to confirm', 'This payment does not wait for you any more.'))
  }
  if (method !== 'POST') return html(200, challengePage(intent))

  const answer = decodeForm(body)?.['answer']
  if (answer !== 'authorise' && answer !== 'fail') return html(400, challengePage(intent))
  const returnUrl = intent.next_action?.redirect_to_url?.return_url
  const outcome = books.transact((draft) => authenticate({ draft, cause }, intent.id, answer === 'authorise'))
  const succeeded = outcome.ok && outcome.value.status !== 'requires_payment_method'
  if (!returnUrl) {
    return html(200, noticePage(succeeded ? 'Confirmed' : 'Not confirmed', 'You can close this window.'))
  }
  const back = new URL(returnUrl)
  back.searchParams.set('payment_intent', intent.id)
  back.searchParams.set('payment_intent_client_secret', intent.client_secret ?? '')
  back.searchParams.set('redirect_status', succeeded ? 'succeeded' : 'failed')
  return { status: 303, headers: { location: back.href }, body: '' }
}
