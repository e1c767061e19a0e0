import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { invalidRequest, lockTimeout, noSuchUrl, rateLimited, serverError } from '../domain/errors.ts'
import { type Fault, faultsInHeader, isWebhookFault, type RequestFault } from '../domain/faults.ts'
import { repetition } from '../domain/idempotency.ts'
import { type ApiError, accept, type Outcome, refuse } from '../domain/outcome.ts'
import type { Books, Draft } from '../store/books.ts'
import { apiVersion, type Cause } from '../webhooks/publish.ts'
import { refusedKey } from './api-key.ts'
import type { FaultBoard } from './fault-board.ts'
import { canonical, decodeForm } from './form.ts'
import type { Limiter } from './limiter.ts'
import { type Call, errorReply, findRoute, type Reply, type Route } from './route.ts'

export interface ApiRequest {
  readonly method: string
  readonly path: string
  /** The query of a GET or DELETE, the body of a POST. */
  readonly form: string
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** What goes back; null when the connection breaks instead. */
export type ApiResponse = (Reply & { readonly headers: Readonly<Record<string, string>> }) | null

export interface ApiOptions {
  readonly books: Books
  readonly routes: readonly Route[]
  readonly faults: FaultBoard
  readonly allowed: Limiter
  readonly baseUrl: string
  /** Aborted when nobody is connected any more: what still waits must not execute on closed books. */
  readonly stopping: AbortSignal
  readonly log: (message: string, facts: Record<string, unknown>) => void
}

/** Answers requests as Stripe's API does, with the faults that were asked for. */
export function createApi({ books, routes, faults, allowed, baseUrl, stopping, log }: ApiOptions) {
  const inFlight = new Set<string>()

  return async (request: ApiRequest): Promise<ApiResponse> => {
    const { method, path, headers } = request
    const requestId = `req_${randomBytes(12).toString('hex')}`
    const version = versionOf(request)
    const key = method === 'POST' ? headers['idempotency-key'] : undefined
    const usual = { 'request-id': requestId, 'stripe-version': version, ...(key && { 'idempotency-key': key }) }
    const say = (reply: Reply, extra: Record<string, string> = {}): ApiResponse => ({
      ...reply,
      headers: { ...usual, ...extra },
    })
    const deny = (error: ApiError, extra: Record<string, string> = {}) => say(errorReply(error), extra)

    if (!allowed()) return deny(rateLimited, { 'stripe-rate-limited-reason': 'global-rate' })
    const understood = understand(request, routes)
    if (!understood.ok) return deny(understood.error)
    const { work, params, asked } = understood.value

    const repeat =
      key === undefined
        ? ({ kind: 'first' } as const)
        : repetition({ key, path, params }, books.find('stored_reply', key), inFlight.has(key), books.now())
    if (repeat.kind === 'refused') {
      return deny(repeat.error, repeat.error.status === 409 ? { 'stripe-should-retry': 'true' } : {})
    }

    const hit = [...asked.filter(({ kind }) => !isWebhookFault(kind)), ...faults.strike({ method, path })]
    const suffers = (kind: RequestFault): Fault | undefined => hit.find((each) => each.kind === kind)
    const cause: Cause = {
      request: { id: requestId, idempotencyKey: key ?? null },
      faults: (event) => [...asked.filter(({ kind }) => isWebhookFault(kind)), ...faults.strike({ event })],
    }

    const execute = (): ApiResponse => {
      if (repeat.kind === 'replay') {
        const { reply } = repeat
        return say(reply, { 'idempotent-replayed': 'true', 'original-request': reply.request })
      }
      const remember = (draft: Draft, reply: Reply): ApiResponse => {
        if (key !== undefined) {
          const { status, body } = reply
          draft.put({ object: 'stored_reply', id: key, path, params, status, body, request: requestId, at: draft.now })
        }
        // A repetition of what was executed would only be answered with the stored failure.
        return say(reply, reply.status === 500 ? { 'stripe-should-retry': 'false' } : {})
      }
      const fail = () => books.transact((draft) => remember(draft, errorReply(serverError)))
      if (suffers('server-error')) return fail()
      try {
        return books.transact((draft) => {
          const call: Call = { draft, cause, baseUrl }
          return remember(draft, work(call))
        })
      } catch (error) {
        log('request failed', {
          request: requestId,
          method,
          path,
          error: error instanceof Error ? error.stack : String(error),
        })
        return fail()
      }
    }

    if (key !== undefined) inFlight.add(key)
    try {
      const latency = suffers('latency')
      if (latency) await pause(latency.ms, undefined, { signal: stopping })
      if (suffers('reset')) return null
      if (suffers('rate-limit')) return deny(rateLimited)
      if (suffers('lock-timeout')) return deny(lockTimeout, { 'stripe-should-retry': 'true' })
      const response = execute()
      return suffers('response-lost') ? null : response
    } finally {
      if (key !== undefined) inFlight.delete(key)
    }
  }
}

interface Understood {
  readonly work: (call: Call) => Reply
  /** All parameters in one canonical text. */
  readonly params: string
  /** The faults that the request itself asks for. */
  readonly asked: readonly Fault[]
}

const versionOf = ({ headers }: ApiRequest): string => headers['stripe-version'] ?? apiVersion

/** What the request wants, or why it is not even tried. Nothing is executed, so no idempotency key is used up. */
function understand(request: ApiRequest, routes: readonly Route[]): Outcome<Understood> {
  const { method, path, headers } = request
  const locked = refusedKey(headers['authorization'])
  if (locked) return refuse(locked)
  if (!/^\d{4}-\d\d-\d\d(\.[a-z_]+)?$/.test(versionOf(request))) {
    return refuse(invalidRequest(`Invalid Stripe API version: ${versionOf(request)}`))
  }
  const asked = faultsInHeader(headers['x-emulator-fault'] ?? '')
  if (!asked) return refuse(invalidRequest('Unknown fault.', { param: 'x-emulator-fault' }))
  const found = findRoute(routes, method, path)
  if (!found) return refuse(noSuchUrl(method, path))
  const form = decodeForm(request.form)
  if (!form) return refuse(invalidRequest('Invalid request: the parameters contradict each other, or are too many.'))
  const work = found.route.prepare(form, found.id)
  return work.ok ? accept({ work: work.value, params: canonical(form), asked }) : work
}
