import type Stripe from 'stripe'
import { challengeUrl } from '../challenge/url.ts'
import { confirmIntent } from '../domain/confirmation.ts'
import { invalidRequest, noSuch } from '../domain/errors.ts'
import { idOf } from '../domain/objects.ts'
import { accept, type Outcome, refuse } from '../domain/outcome.ts'
import { cancelIntent, captureIntent, createIntent, type IntentChange, reviseIntent } from '../domain/payment-intent.ts'
import { intentSearch } from '../domain/search.ts'
import {
  currency,
  flag,
  ignored,
  integer,
  listOf,
  mapOf,
  metadata,
  oneOf,
  positive,
  type Read,
  type Reader,
  readParams,
  required,
  text,
  unsettable,
} from '../http/params.ts'
import {
  action,
  type Call,
  errorReply,
  keep,
  listing,
  pageOf,
  pathsToExpand,
  type Route,
  shown,
} from '../http/route.ts'
import type { Draft } from '../store/books.ts'
import { methodData, methodFrom, methodNamed } from './payment-methods.ts'

const path = '/v1/payment_intents'

/** `true`, or the reason for being off session that older versions of the API take. */
const offSession: Reader<boolean | undefined> = (value, name) =>
  value === 'one_off' || value === 'recurring' ? accept(true) : flag(value, name)

const returnUrl: Reader<string | undefined> = (value, name) => {
  const read = text(value, name)
  // A script in the place of a page would run in the origin of the challenge.
  const usable =
    !read.ok ||
    read.value === undefined ||
    (URL.canParse(read.value) && !/^(javascript|data|vbscript):/i.test(read.value))
  return usable ? read : refuse(invalidRequest('Not a valid URL', { code: 'url_invalid', param: name }))
}

const remarks = {
  metadata,
  description: unsettable(text),
  receipt_email: unsettable(text),
  statement_descriptor: text,
  statement_descriptor_suffix: text,
  transfer_group: text,
}

const method = {
  payment_method: text,
  payment_method_data: mapOf(methodData),
  payment_method_options: ignored,
  setup_future_usage: unsettable(oneOf('on_session', 'off_session')),
  shipping: ignored,
}

/** Cards only; the older name of the parameter is understood as well. */
const methodTypes = {
  allowed_payment_method_types: listOf(oneOf('card')),
  payment_method_types: listOf(oneOf('card')),
}

const captureMethod = oneOf('automatic', 'automatic_async', 'manual')

const confirmation = {
  error_on_requires_action: flag,
  off_session: offSession,
  return_url: returnUrl,
  use_stripe_sdk: ignored,
}

const creation = {
  ...remarks,
  ...method,
  ...confirmation,
  amount: required(integer),
  currency: required(currency),
  automatic_payment_methods: mapOf({ enabled: required(flag), allow_redirects: oneOf('always', 'never') }),
  capture_method: captureMethod,
  confirm: flag,
  confirmation_method: oneOf('automatic'),
  customer: text,
  ...methodTypes,
}

const confirmParams = {
  ...method,
  ...methodTypes,
  ...confirmation,
  capture_method: captureMethod,
  receipt_email: unsettable(text),
}

const revision = {
  ...remarks,
  ...method,
  amount: integer,
  currency,
  capture_method: captureMethod,
  customer: text,
  ...methodTypes,
}

type Methodical = Pick<Read<typeof creation>, 'payment_method' | 'payment_method_data'>

const cancellation = { cancellation_reason: oneOf('duplicate', 'fraudulent', 'requested_by_customer', 'abandoned') }

export const paymentIntentRoutes: readonly Route[] = [
  action({ method: 'POST', path, shows: 'payment_intent', params: creation, run: create }),
  listing({
    path,
    of: 'payment_intent',
    params: { customer: text },
  }),
  {
    method: 'GET',
    path: `${path}/search`,
    prepare: ({ expand, ...form }) => {
      const read = readParams(form, { query: required(text), limit: integer, page: text })
      if (!read.ok) return read
      const wanted = intentSearch(read.value.query)
      if (!wanted.ok) return wanted
      const paths = pathsToExpand(expand, 'payment_intent', true)
      if (!paths.ok) return paths
      const { limit, page: starting_after } = read.value
      return accept(({ draft }) => {
        const page = pageOf(draft, 'payment_intent', { limit, starting_after }, wanted.value)
        if (!page.ok) return errorReply(invalidRequest('Invalid page.', { param: 'page' }))
        const { hasMore } = page.value
        const data = page.value.data.map((intent) => shown(draft, intent, paths.value))
        return {
          status: 200,
          body: {
            object: 'search_result',
            data,
            has_more: hasMore,
            next_page: hasMore ? (page.value.data.at(-1)?.id ?? null) : null,
            url: `${path}/search`,
          },
        }
      })
    },
  },
  action({
    method: 'GET',
    path: `${path}/:intent`,
    shows: 'payment_intent',
    params: { client_secret: text },
    run: ({ draft }, _, id) => intentAt(draft, id),
  }),
  action({
    method: 'POST',
    path: `${path}/:intent`,
    shows: 'payment_intent',
    params: revision,
    run: update,
  }),
  action({
    method: 'POST',
    path: `${path}/:intent/confirm`,
    shows: 'payment_intent',
    params: confirmParams,
    run: confirm,
  }),
  action({
    method: 'POST',
    path: `${path}/:intent/capture`,
    shows: 'payment_intent',
    params: {
      amount_to_capture: positive,
      metadata,
      statement_descriptor: ignored,
      statement_descriptor_suffix: ignored,
    },
    run: (call, { amount_to_capture, metadata }, id) => {
      const intent = intentAt(call.draft, id)
      if (!intent.ok) return intent
      const asked = { amount: amount_to_capture ?? null, metadata }
      return settle(call, captureIntent(intent.value, chargeOf(call.draft, intent.value), asked, call.draft))
    },
  }),
  action({
    method: 'POST',
    path: `${path}/:intent/cancel`,
    shows: 'payment_intent',
    params: cancellation,
    run: (call, { cancellation_reason }, id) => {
      const intent = intentAt(call.draft, id)
      if (!intent.ok) return intent
      const charge = chargeOf(call.draft, intent.value)
      return settle(call, cancelIntent(intent.value, charge, cancellation_reason ?? null, call.draft))
    },
  }),
]

function create(call: Call, asked: Read<typeof creation>): Outcome<Stripe.PaymentIntent> {
  const { draft } = call
  for (const name of ['off_session', 'return_url', 'error_on_requires_action'] as const) {
    if (asked[name] !== undefined && !asked.confirm) {
      return refuse(invalidRequest(`You can only use \`${name}\` when \`confirm\` is true.`, { param: name }))
    }
  }
  if (asked.customer && !draft.find('customer', asked.customer)) {
    return refuse(noSuch('customer', asked.customer, 'customer', 'param'))
  }
  const named = methodOf(draft, asked)
  if (!named.ok) return named
  const mine = usableBy(named.value, asked.customer ?? null)
  if (!mine.ok) return mine

  const automatic = asked.automatic_payment_methods
  const created = createIntent(
    {
      amount: asked.amount,
      currency: asked.currency,
      capture_method: asked.capture_method ?? 'automatic_async',
      customer: asked.customer ?? null,
      metadata: asked.metadata ?? {},
      description: asked.description ?? null,
      receipt_email: asked.receipt_email ?? null,
      setup_future_usage: asked.setup_future_usage ?? null,
      statement_descriptor: asked.statement_descriptor ?? null,
      statement_descriptor_suffix: asked.statement_descriptor_suffix ?? null,
      transfer_group: asked.transfer_group ?? null,
      allowed_payment_method_types: asked.allowed_payment_method_types ?? null,
      automatic_payment_methods:
        (asked.allowed_payment_method_types ?? asked.payment_method_types)
          ? null
          : { enabled: automatic?.enabled ?? true, allow_redirects: automatic?.allow_redirects ?? 'always' },
    },
    named.value,
    draft,
  )
  if (!created.ok) return created
  if (!asked.confirm) return settle(call, created, named.value)
  const paid = confirmed(call, created.value.shown, asked, named.value)
  if (!paid.ok) {
    // Nothing was created, so there is no intent to speak of.
    const { payment_intent: _, ...error } = paid.error
    return refuse(error)
  }
  return settle(call, accept({ ...paid.value, facts: [...created.value.facts, ...paid.value.facts] }), named.value)
}

function update(call: Call, asked: Read<typeof revision>, id: string): Outcome<Stripe.PaymentIntent> {
  const { draft } = call
  const intent = intentAt(draft, id)
  if (!intent.ok) return intent
  if (asked.customer && !draft.find('customer', asked.customer)) {
    return refuse(noSuch('customer', asked.customer, 'customer', 'param'))
  }
  const named = methodOf(draft, asked)
  if (!named.ok) return named
  const mine = usableBy(named.value, asked.customer ?? idOf(intent.value.customer))
  if (!mine.ok) return mine
  const { metadata, description, receipt_email, statement_descriptor, statement_descriptor_suffix, transfer_group } =
    asked
  const { amount, currency, customer, capture_method, setup_future_usage } = asked
  return settle(
    call,
    reviseIntent(
      intent.value,
      { metadata, description, receipt_email, statement_descriptor, statement_descriptor_suffix, transfer_group },
      { amount, currency, customer, capture_method, setup_future_usage, payment_method: named.value?.id },
    ),
    named.value,
  )
}

function confirm(call: Call, asked: Read<typeof confirmParams>, id: string): Outcome<Stripe.PaymentIntent> {
  const { draft } = call
  const intent = intentAt(draft, id)
  if (!intent.ok) return intent
  const named = methodOf(draft, asked)
  if (!named.ok) return named
  const mine = usableBy(named.value, idOf(intent.value.customer))
  if (!mine.ok) return mine
  const method = named.value ?? draft.find('payment_method', idOf(intent.value.payment_method) ?? '') ?? null
  const terms: Stripe.PaymentIntent = {
    ...intent.value,
    capture_method: asked.capture_method ?? intent.value.capture_method,
    setup_future_usage:
      asked.setup_future_usage === undefined ? intent.value.setup_future_usage : asked.setup_future_usage,
    receipt_email: asked.receipt_email === undefined ? intent.value.receipt_email : asked.receipt_email,
  }
  return settle(call, confirmed(call, terms, asked, method), named.value)
}

function confirmed(
  call: Call,
  intent: Stripe.PaymentIntent,
  asked: {
    off_session: boolean | undefined
    error_on_requires_action: boolean | undefined
    return_url: string | undefined
  },
  method: Stripe.PaymentMethod | null,
): Outcome<IntentChange> {
  return confirmIntent(
    intent,
    {
      method,
      offSession: asked.off_session ?? false,
      errorOnRequiresAction: asked.error_on_requires_action ?? false,
      returnUrl: asked.return_url ?? null,
      challengeUrl: challengeUrl(call.baseUrl, intent),
    },
    call.draft,
  )
}

/** The payment method that the request names, if it names one. */
function methodOf(draft: Draft, asked: Methodical): Outcome<Stripe.PaymentMethod | null> {
  if (asked.payment_method) return methodNamed(draft, asked.payment_method)
  if (asked.payment_method_data) return methodFrom(draft, asked.payment_method_data)
  return accept(null)
}

function usableBy(method: Stripe.PaymentMethod | null, customer: string | null): Outcome<null> {
  if (!method?.customer || method.customer === customer) return accept(null)
  return refuse(
    invalidRequest(
      `The payment method ${method.id} belongs to a Customer. Please include the Customer in the \`customer\` parameter on the PaymentIntent.`,
      { param: 'payment_method' },
    ),
  )
}

/** Keeps what was decided, with the payment method it was decided on; a decline is kept and then refused. */
function settle(
  call: Call,
  outcome: Outcome<IntentChange>,
  method: Stripe.PaymentMethod | null = null,
): Outcome<Stripe.PaymentIntent> {
  if (!outcome.ok) return outcome
  if (method) call.draft.put(method)
  const intent = keep(call, outcome.value)
  if (intent.status !== 'requires_capture') forgetExpiry(call.draft, intent)
  return outcome.value.declined ? refuse(outcome.value.declined) : accept(intent)
}

/** Else the reservations of a week would be looked through every second, and most were captured long ago. */
function forgetExpiry(draft: Draft, { id }: Stripe.PaymentIntent): void {
  if (draft.find('appointment', id)) draft.remove('appointment', id)
}

function intentAt(draft: Draft, id: string): Outcome<Stripe.PaymentIntent> {
  const intent = draft.find('payment_intent', id)
  return intent ? accept(intent) : refuse(noSuch('payment_intent', id, 'intent', 'path'))
}

/** The charge of the last attempt to pay. */
export const chargeOf = (draft: Draft, intent: Stripe.PaymentIntent): Stripe.Charge | undefined =>
  draft.find('charge', idOf(intent.latest_charge) ?? '')
