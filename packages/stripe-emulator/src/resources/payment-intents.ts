import type Stripe from 'stripe'
import { list, pageOf } from '../api/list.ts'
import {
  currency,
  flag,
  ignored,
  integer,
  listOf,
  mapOf,
  metadata,
  oneOf,
  type Param,
  positive,
  required,
  text,
  unsettable,
  url,
  type Values,
} from '../api/params.ts'
import { change, create, errorReply, pathOf, prepare, type RequestContext, type Route, retrieve } from '../api/route.ts'
import { challengeUrl } from '../challenge/challenge.ts'
import { confirmIntent } from '../domain/confirmation.ts'
import { idOf } from '../domain/objects.ts'
import { accept, andThen, invalidRequest, noSuch, type Outcome, refuse, refuseInvalid } from '../domain/outcome.ts'
import { cancelIntent, captureIntent, createIntent, type IntentChange, reviseIntent } from '../domain/payment-intent.ts'
import { type IntentSearch, intentSearch } from '../domain/search.ts'
import type { Reader, Transaction } from '../store/store.ts'
import { methodFrom, methodNamed, paymentMethodData } from './payment-methods.ts'

const kind = 'payment_intent'

/** `true`, or the reason for being off session that older versions of the API take. */
const offSession: Param<boolean | undefined> = (value, name) =>
  value === 'one_off' || value === 'recurring' ? accept(true) : flag(value, name)

/** A script instead of a page would run in the origin of the challenge. */
const returnUrl = url((value) => !/^(javascript|data|vbscript):/i.test(value), 'Not a valid URL')

const details = {
  metadata,
  description: unsettable(text),
  receipt_email: unsettable(text),
  statement_descriptor: text,
  statement_descriptor_suffix: text,
  transfer_group: text,
}

const terms = {
  amount: integer,
  currency,
  customer: text,
  capture_method: oneOf('automatic', 'automatic_async', 'manual'),
  setup_future_usage: unsettable(oneOf('on_session', 'off_session')),
}

const method = {
  payment_method: text,
  payment_method_data: mapOf(paymentMethodData),
  payment_method_options: ignored,
  shipping: ignored,
  // Cards only; the older name is understood as well.
  allowed_payment_method_types: listOf(oneOf('card')),
  payment_method_types: listOf(oneOf('card')),
}

const confirmation = {
  error_on_requires_action: flag,
  off_session: offSession,
  return_url: returnUrl,
  use_stripe_sdk: ignored,
}

const creation = {
  ...details,
  ...terms,
  ...method,
  ...confirmation,
  amount: required(integer),
  currency: required(currency),
  automatic_payment_methods: mapOf({ enabled: required(flag), allow_redirects: oneOf('always', 'never') }),
  confirm: flag,
  confirmation_method: oneOf('automatic'),
}

const updateParams = { ...details, ...terms, ...method }

const { capture_method, setup_future_usage } = terms
const confirmParams = {
  ...method,
  ...confirmation,
  capture_method,
  setup_future_usage,
  receipt_email: details.receipt_email,
}

const captureParams = {
  amount_to_capture: positive,
  metadata,
  statement_descriptor: ignored,
  statement_descriptor_suffix: ignored,
}

const cancelParams = { cancellation_reason: oneOf('duplicate', 'fraudulent', 'requested_by_customer', 'abandoned') }

const searchQuery: Param<IntentSearch | undefined> = (value, name) => {
  if (value === undefined) return accept(undefined)
  return andThen(required(text)(value, name), intentSearch)
}

const searchParams = { query: required(searchQuery), limit: integer, page: text }

export const paymentIntentRoutes: readonly Route[] = [
  create(kind, creation, createAndConfirm),
  list(kind, { customer: text }),
  {
    method: 'GET',
    path: `${pathOf(kind)}/search`,
    prepare: prepare(
      kind,
      searchParams,
      ({ tx }, { query, limit, page: starting_after }, show) => {
        const page = pageOf(tx, kind, { limit, starting_after }, query.where, query.matches)
        if (!page.ok) return errorReply(invalidRequest('Invalid page.', { param: 'page' }))
        const { data, has_more } = page.value
        const next_page = has_more ? (data.at(-1)?.id ?? null) : null
        const url = `${pathOf(kind)}/search`
        return { status: 200, body: { object: 'search_result', data: data.map(show), has_more, next_page, url } }
      },
      true,
    ),
  },
  retrieve(kind, { client_secret: text }),
  change(kind, '', updateParams, update),
  change(kind, 'confirm', confirmParams, confirm),
  change(kind, 'capture', captureParams, (intent, { amount_to_capture: amount = null, metadata }, { tx }) =>
    captureIntent(intent, latestCharge(tx, intent), { amount, metadata }, tx),
  ),
  change(kind, 'cancel', cancelParams, (intent, { cancellation_reason = null }, { tx }) =>
    cancelIntent(intent, latestCharge(tx, intent), cancellation_reason, tx),
  ),
]

function createAndConfirm(values: Values<typeof creation>, context: RequestContext): Outcome<IntentChange> {
  const { tx } = context
  for (const name of ['off_session', 'return_url', 'error_on_requires_action'] as const) {
    if (values[name] !== undefined && !values.confirm) {
      return refuseInvalid(`You can only use \`${name}\` when \`confirm\` is true.`, { param: name })
    }
  }
  const named = requestedMethod(tx, values, null)
  if (!named.ok) return named
  const { automatic_payment_methods: automatic, allowed_payment_method_types, payment_method_types } = values
  const automatic_payment_methods =
    (allowed_payment_method_types ?? payment_method_types)
      ? null
      : { enabled: automatic?.enabled ?? true, allow_redirects: automatic?.allow_redirects ?? 'always' }
  const requested = {
    ...pick(values, { ...details, ...terms }),
    allowed_payment_method_types,
    automatic_payment_methods,
  }
  const created = createIntent(requested, named.value, tx)
  if (!created.ok || !values.confirm) return withMethod(created, named.value)
  const confirmed = confirmWith(context, created.value.shown, values, named.value)
  if (!confirmed.ok) {
    // Nothing was created, so there is no intent to show.
    const { payment_intent: _, ...error } = confirmed.error
    return refuse(error)
  }
  const events = [...(created.value.events ?? []), ...(confirmed.value.events ?? [])]
  return withMethod(accept({ ...confirmed.value, events }), named.value)
}

function update(
  intent: Stripe.PaymentIntent,
  values: Values<typeof updateParams>,
  { tx }: RequestContext,
): Outcome<IntentChange> {
  const named = requestedMethod(tx, values, idOf(intent.customer))
  if (!named.ok) return named
  const changedTerms = { ...pick(values, terms), payment_method: named.value?.id }
  return withMethod(reviseIntent(intent, pick(values, details), changedTerms), named.value)
}

function confirm(
  intent: Stripe.PaymentIntent,
  values: Values<typeof confirmParams>,
  context: RequestContext,
): Outcome<IntentChange> {
  const { tx } = context
  const named = requestedMethod(tx, values, idOf(intent.customer))
  if (!named.ok) return named
  const method = named.value ?? tx.find('payment_method', idOf(intent.payment_method) ?? '') ?? null
  const {
    capture_method = intent.capture_method,
    setup_future_usage = intent.setup_future_usage,
    receipt_email = intent.receipt_email,
  } = values
  const revised: Stripe.PaymentIntent = { ...intent, capture_method, setup_future_usage, receipt_email }
  return withMethod(confirmWith(context, revised, values, method), named.value)
}

const confirmWith = (
  { tx, baseUrl }: RequestContext,
  intent: Stripe.PaymentIntent,
  { off_session, error_on_requires_action, return_url }: Values<typeof confirmation>,
  method: Stripe.PaymentMethod | null,
): Outcome<IntentChange> =>
  confirmIntent(
    intent,
    {
      method,
      offSession: off_session ?? false,
      errorOnRequiresAction: error_on_requires_action ?? false,
      returnUrl: return_url ?? null,
      challengeUrl: challengeUrl(baseUrl, intent),
    },
    tx,
  )

type MethodValues = Pick<Values<typeof creation>, 'payment_method' | 'payment_method_data'>

/** The payment method that the request names, if any: one of the customer's, or of nobody's. */
function requestedMethod(
  tx: Transaction,
  { customer, payment_method, payment_method_data }: MethodValues & { readonly customer?: string | undefined },
  currentCustomer: string | null,
): Outcome<Stripe.PaymentMethod | null> {
  if (customer && !tx.find('customer', customer)) return refuse(noSuch('customer', customer, 'customer'))
  if (!payment_method && !payment_method_data) return accept(null)
  const method = payment_method
    ? methodNamed(tx, payment_method, 'payment_method')
    : methodFrom(tx, payment_method_data as Values<typeof paymentMethodData>)
  if (!method.ok || !method.value.customer || method.value.customer === (customer ?? currentCustomer)) return method
  return refuseInvalid(
    `The payment method ${method.value.id} belongs to a Customer. Please include the Customer in the \`customer\` parameter on the PaymentIntent.`,
    { param: 'payment_method' },
  )
}

/** Stores the payment method of the request with the change, before anything that the change makes of it. */
const withMethod = (outcome: Outcome<IntentChange>, method: Stripe.PaymentMethod | null): Outcome<IntentChange> =>
  outcome.ok && method ? accept({ ...outcome.value, also: [method, ...(outcome.value.also ?? [])] }) : outcome

const pick = <T, K extends keyof T>(values: T, names: Readonly<Record<K, unknown>>): Pick<T, K> =>
  Object.fromEntries(Object.keys(names).map((name) => [name, values[name as K]])) as Pick<T, K>

/** The charge of the last attempt to pay. */
export const latestCharge = (reader: Reader, intent: Stripe.PaymentIntent): Stripe.Charge | undefined =>
  reader.find('charge', idOf(intent.latest_charge) ?? '')
