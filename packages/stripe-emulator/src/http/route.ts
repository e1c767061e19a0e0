import { undelivered } from '../domain/dispatch.ts'
import { noSuch } from '../domain/errors.ts'
import { expanded, expansions } from '../domain/expansion.ts'
import type { ApiObject, ApiObjects, Change } from '../domain/objects.ts'
import { type ApiError, accept, type Outcome, refuse } from '../domain/outcome.ts'
import type { Draft } from '../store/books.ts'
import type { Where } from '../store/shelf.ts'
import { type Cause, publish } from '../webhooks/publish.ts'
import type { Form, FormMap } from './form.ts'
import { integer, listOf, type Range, type Readers, range, readParams, text } from './params.ts'

/** One executing request to the API. */
export interface Call {
  readonly draft: Draft
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
  readonly prepare: (form: FormMap, id: string) => Outcome<(call: Call) => Reply>
}

interface Action<P> {
  readonly method: Route['method']
  readonly path: string
  /** The kind of object it answers with. */
  readonly shows: keyof ApiObjects
  readonly params: Readers<P>
  /** What it put into the draft is kept even when it refuses: a declined payment is a refusal and a fact. */
  readonly run: (call: Call, params: P, id: string) => Outcome<ApiObject | Deleted>
  /** Makes of the object what this one route shows. */
  readonly present?: (object: ApiObject) => unknown
}

export interface Deleted {
  readonly id: string
  readonly object: keyof ApiObjects
  readonly deleted: true
}

/** A route that answers with one object. */
export function action<P>({ method, path, shows, params, run, present }: Action<P>): Route {
  return {
    method,
    path,
    prepare: ({ expand, ...form }, id) => {
      const read = readParams(form, params)
      if (!read.ok) return read
      const paths = pathsToExpand(expand, shows, false)
      if (!paths.ok) return paths
      return accept((call) => {
        const outcome = run(call, read.value, id)
        if (!outcome.ok) return errorReply(outcome.error)
        if ('deleted' in outcome.value && outcome.value.deleted) return { status: 200, body: outcome.value }
        const object = shown(call.draft, outcome.value as ApiObject, paths.value)
        return { status: 200, body: present ? present(outcome.value as ApiObject) : object }
      })
    },
  }
}

interface Listing<K extends keyof ApiObjects, P> {
  readonly path: string
  readonly of: K
  readonly params: Readers<P>
  /** Without it, what is given must be what the object has. */
  readonly matches?: (object: ApiObjects[K], params: P, draft: Draft) => boolean
}

const paging = { limit: integer, starting_after: text, ending_before: text, created: range }

/** A route that answers with a page of objects, latest first. */
export function listing<K extends keyof ApiObjects, P>({ path, of, params, matches = hasAll }: Listing<K, P>): Route {
  return {
    method: 'GET',
    path,
    prepare: ({ expand, limit, starting_after, ending_before, created, ...form }) => {
      const read = readParams(form, params)
      if (!read.ok) return read
      const turn = readParams(given({ limit, starting_after, ending_before, created }), paging)
      if (!turn.ok) return turn
      const paths = pathsToExpand(expand, of, true)
      if (!paths.ok) return paths
      return accept(({ draft }) => {
        const page = pageOf(draft, of, turn.value, {
          where: read.value as Where,
          fits: (object) =>
            within(turn.value.created, (object as { created?: number }).created) && matches(object, read.value, draft),
        })
        if (!page.ok) return errorReply(page.error)
        const data = page.value.data.map((object) => shown(draft, object, paths.value))
        return { status: 200, body: { object: 'list', data, has_more: page.value.hasMore, url: path } }
      })
    },
  }
}

export function pathsToExpand(
  expand: Form | undefined,
  of: keyof ApiObjects,
  inList: boolean,
): Outcome<readonly string[][]> {
  const paths = listOf(text)(expand, 'expand')
  return paths.ok ? expansions(paths.value ?? [], of, inList) : paths
}

const given = (form: Readonly<Record<string, Form | undefined>>): FormMap =>
  Object.fromEntries(Object.entries(form).filter((entry): entry is [string, Form] => entry[1] !== undefined))

const usualPage = 10
const longestPage = 100

export interface Turn {
  readonly limit?: number | undefined
  readonly starting_after?: string | undefined
  readonly ending_before?: string | undefined
}

interface Wanted<T> {
  /** What an index can narrow. */
  readonly where: Where
  readonly fits: (object: T) => boolean
}

/** The next objects that are wanted, latest first. It looks at no more of them than it must. */
export function pageOf<K extends keyof ApiObjects>(
  draft: Draft,
  of: K,
  { limit = usualPage, starting_after, ending_before }: Turn,
  { where, fits }: Wanted<ApiObjects[K]>,
): Outcome<{ data: readonly ApiObjects[K][]; hasMore: boolean }> {
  const from = starting_after ?? ending_before
  if (from !== undefined && !draft.find(of, from)) {
    return refuse(noSuch(of, from, starting_after === undefined ? 'ending_before' : 'starting_after', 'param'))
  }
  const toward = starting_after === undefined && from !== undefined ? 'newer' : 'older'
  const length = Math.min(Math.max(limit, 1), longestPage)
  const data: ApiObjects[K][] = []
  for (const object of draft.walk(of, { toward, from, where })) {
    if (!fits(object)) continue
    if (data.length === length) return accept({ data: inOrder(data, toward), hasMore: true })
    data.push(object)
  }
  return accept({ data: inOrder(data, toward), hasMore: false })
}

const inOrder = <T>(data: readonly T[], toward: 'older' | 'newer'): readonly T[] =>
  toward === 'newer' ? data.toReversed() : data

const hasAll = (object: unknown, params: unknown): boolean =>
  Object.entries(params as Where).every(([name, value]) => value === undefined || (object as Where)[name] === value)

function within(asked: Range | undefined, created: number | undefined): boolean {
  if (!asked || created === undefined) return true
  const { gt, gte, lt, lte } = asked
  return (
    (gt === undefined || created > gt) &&
    (gte === undefined || created >= gte) &&
    (lt === undefined || created < lt) &&
    (lte === undefined || created <= lte)
  )
}

/** An object as the API shows it: expanded, with counted deliveries, without the secret it is signed with. */
export function shown(draft: Draft, object: ApiObject, paths: readonly (readonly string[])[] = []): unknown {
  if (object.object === 'event') return { ...object, pending_webhooks: undelivered(draft.find('dispatch', object.id)) }
  if (object.object === 'balance_transaction') {
    return { ...object, status: draft.now >= object.available_on ? 'available' : 'pending' }
  }
  if (object.object === 'webhook_endpoint') {
    const { secret: _, ...rest } = object
    return rest
  }
  return expanded(object, paths, (kind, id) => draft.find(kind, id))
}

/** Keeps a change and publishes its facts; answers with what it shows. */
export function keep<T extends ApiObject>(call: Pick<Call, 'draft' | 'cause'>, change: Change<T>): T {
  call.draft.put(change.shown, ...change.also)
  publish(call.draft, change.facts, call.cause)
  return change.shown
}

/** Stripe's error envelope. */
export function errorReply({ status, ...error }: ApiError): Reply {
  const docs = error.code && { doc_url: `https://stripe.com/docs/error-codes/${error.code.replaceAll('_', '-')}` }
  return { status, body: { error: { ...error, ...docs } } }
}

/** The route of this request and the id in its path. */
export function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; id: string } | undefined {
  const parts = path.split('/')
  for (const route of routes) {
    if (route.method !== method) continue
    const wanted = route.path.split('/')
    if (wanted.length !== parts.length) continue
    if (!wanted.every((part, index) => part.startsWith(':') || part === parts[index])) continue
    const place = wanted.findIndex((part) => part.startsWith(':'))
    return { route, id: place === -1 ? '' : (parts[place] ?? '') }
  }
  return undefined
}
