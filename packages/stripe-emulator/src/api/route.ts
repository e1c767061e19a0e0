import { expanded, expansions } from '../domain/expansion.ts'
import type { ApiObject, ApiObjects, Change } from '../domain/objects.ts'
import { type ApiError, accept, andThen, type Outcome } from '../domain/outcome.ts'
import { pendingWebhooks } from '../domain/webhook-delivery.ts'
import { existing, type Reader, type Transaction } from '../store/store.ts'
import { apply, type Cause } from '../webhooks/publish.ts'
import type { FormMap } from './form.ts'
import { listOf, type Params, readParams, text } from './params.ts'

/** What a request to the API is executed with. */
export interface RequestContext {
  readonly tx: Transaction
  readonly cause: Cause
  /** Where this emulator is reached from outside, without a slash at the end. */
  readonly baseUrl: string
}

export interface Reply {
  readonly status: number
  readonly body: unknown
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** A part that starts with a colon is an id. */
  readonly path: string
  /** Reads the parameters. Only what it returns executes: what is refused here leaves no trace. */
  readonly prepare: (form: FormMap, id: string) => Outcome<(context: RequestContext) => Reply>
}

type Kind = keyof ApiObjects

/** `show` makes of an object what the API shows, expanded as the request asks. */
type Execute<P> = (context: RequestContext, values: P, show: (object: ApiObject) => unknown, id: string) => Reply

export const pathOf = (kind: Kind): string => `/v1/${kind}s`

export const prepare =
  <P>(kind: Kind, params: Params<P>, execute: Execute<P>, inList = false): Route['prepare'] =>
  ({ expand, ...form }, id) => {
    const values = readParams(form, params)
    if (!values.ok) return values
    const paths = andThen(listOf(text)(expand, 'expand'), (names = []) => expansions(names, kind, inList))
    if (!paths.ok) return paths
    return accept((context) => execute(context, values.value, (object) => shown(context.tx, object, paths.value), id))
  }

/** An object as the API shows it: expanded, with counted deliveries, without the secret it is signed with. */
function shown(reader: Reader, object: ApiObject, paths: readonly (readonly string[])[]): unknown {
  switch (object.object) {
    case 'event':
      return { ...object, pending_webhooks: pendingWebhooks(reader.find('webhook_delivery', object.id)) }
    case 'balance_transaction':
      return { ...object, status: reader.now >= object.available_on ? 'available' : 'pending' }
    case 'webhook_endpoint': {
      const { secret: _, ...rest } = object
      return rest
    }
    default:
      return expanded(object, paths, (kind, id) => reader.find(kind, id))
  }
}

/** What a request changes. A decline is answered instead of the object, and the change is stored all the same. */
type Decided = Outcome<Change & { readonly declined?: ApiError }>

function respond({ tx, cause }: RequestContext, decided: Decided, show: (object: ApiObject) => unknown): Reply {
  if (!decided.ok) return errorReply(decided.error)
  const object = apply(tx, decided.value, cause)
  return decided.value.declined ? errorReply(decided.value.declined) : { status: 200, body: show(object) }
}

/** `GET /v1/kinds/:id` */
export const retrieve = (kind: Kind, params: Params<object> = {}): Route => ({
  method: 'GET',
  path: `${pathOf(kind)}/:id`,
  prepare: prepare(kind, params, ({ tx }, _, show, id) => {
    const object = existing(tx, kind, id)
    return object.ok ? { status: 200, body: show(object.value) } : errorReply(object.error)
  }),
})

/** `POST /v1/kinds` */
export const create = <P>(
  kind: Kind,
  params: Params<P>,
  run: (values: P, context: RequestContext) => Decided,
): Route => ({
  method: 'POST',
  path: pathOf(kind),
  prepare: prepare(kind, params, (context, values, show) =>
    // The secret of a webhook endpoint is shown this once.
    respond(context, run(values, context), kind === 'webhook_endpoint' ? (object) => object : show),
  ),
})

/** `POST /v1/kinds/:id`, or `/v1/kinds/:id/action` */
export const change = <K extends Kind, P>(
  kind: K,
  action: string,
  params: Params<P>,
  run: (object: ApiObjects[K], values: P, context: RequestContext) => Decided,
  load: (tx: Transaction, id: string) => Outcome<ApiObjects[K]> = (tx, id) => existing(tx, kind, id),
): Route => ({
  method: 'POST',
  path: `${pathOf(kind)}/:id${action && `/${action}`}`,
  prepare: prepare(kind, params, (context, values, show, id) => {
    const object = load(context.tx, id)
    return respond(context, object.ok ? run(object.value, values, context) : object, show)
  }),
})

/** `DELETE /v1/kinds/:id` */
export const remove = <K extends 'customer' | 'webhook_endpoint'>(
  kind: K,
  also: (object: ApiObjects[K], context: RequestContext) => void = () => {},
): Route => ({
  method: 'DELETE',
  path: `${pathOf(kind)}/:id`,
  prepare: prepare(kind, {}, (context, _, __, id) => {
    const object = existing(context.tx, kind, id)
    if (!object.ok) return errorReply(object.error)
    context.tx.remove(kind, id)
    also(object.value, context)
    return { status: 200, body: { id, object: kind, deleted: true } }
  }),
})

/** Stripe's error envelope. */
export function errorReply({ status, ...error }: ApiError): Reply {
  const docs = error.code && { doc_url: `https://stripe.com/docs/error-codes/${error.code.replaceAll('_', '-')}` }
  return { status, body: { error: { ...error, ...docs } } }
}

/** The route of this request and the id in its path. */
export function findRoute<R extends Pick<Route, 'method' | 'path'>>(
  routes: readonly R[],
  method: string,
  path: string,
): { route: R; id: string } | undefined {
  const parts = path.split('/')
  for (const route of routes) {
    const pattern = route.path.split('/')
    if (route.method !== method || pattern.length !== parts.length) continue
    if (!pattern.every((part, index) => part.startsWith(':') || part === parts[index])) continue
    return { route, id: parts[pattern.indexOf(':id')] ?? '' }
  }
  return undefined
}
