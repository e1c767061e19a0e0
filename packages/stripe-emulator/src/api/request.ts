import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type Fault, faultsInHeader, isWebhookFault, type RequestFault } from '../domain/faults.ts'
import { repetition } from '../domain/idempotency.ts'
import {
  type ApiError,
  accept,
  andThen,
  lockTimeout,
  noSuchUrl,
  rateLimited,
  refuse,
  refuseInvalid,
  serverError,
} from '../domain/outcome.ts'
import type { Store } from '../store/store.ts'
import { apiVersion, type Cause } from '../webhooks/publish.ts'
import { refusedKey } from './api-key.ts'
import type { ArmedFaults } from './armed-faults.ts'
import { canonical, decodeForm } from './form.ts'
import type { RateLimit } from './rate-limit.ts'
import { errorReply, findRoute, type Reply, type RequestContext, type Route } from './route.ts'

export interface ApiRequest {
  readonly method: string
  readonly path: string
  /** The query of a GET or DELETE, the body of a POST. */
  readonly form: string
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** Null when the connection breaks instead. */
export type ApiResponse = (Reply & { readonly headers: Readonly<Record<string, string>> }) | null

export interface ApiOptions {
  readonly store: Store
  readonly routes: readonly Route[]
  readonly faults: ArmedFaults
  readonly withinRateLimit: RateLimit
  readonly baseUrl: string
  /** Aborted when no client is connected any more: what still waits must not execute on a closed store. */
  readonly stopping: AbortSignal
  readonly log: (message: string, facts: Record<string, unknown>) => void
}

/** Answers requests as Stripe's API does, with the faults that were asked for. */
export function createApi({ store, routes, faults, withinRateLimit, baseUrl, stopping, log }: ApiOptions) {
  const keysInFlight = new Set<string>()

  return async (request: ApiRequest): Promise<ApiResponse> => {
    const { method, path, headers } = request
    const requestId = `req_${randomBytes(12).toString('hex')}`
    const key = method === 'POST' ? headers['idempotency-key'] : undefined
    const usual = {
      'request-id': requestId,
      'stripe-version': versionOf(request),
      ...(key && { 'idempotency-key': key }),
    }
    const answer = (reply: Reply, extra: Record<string, string> = {}): ApiResponse => ({
      ...reply,
      headers: { ...usual, ...extra },
    })
    const deny = (error: ApiError, extra?: Record<string, string>) => answer(errorReply(error), extra)

    if (!withinRateLimit()) return deny(rateLimited, { 'stripe-rate-limited-reason': 'global-rate' })
    const parsed = parse(request, routes)
    if (!parsed.ok) return deny(parsed.error)
    const { execute, params, requestedFaults } = parsed.value

    const repeat =
      key === undefined
        ? ({ kind: 'first' } as const)
        : repetition({ key, path, params }, store.find('stored_reply', key), keysInFlight.has(key), store.now)
    if (repeat.kind === 'refused') {
      return deny(repeat.error, repeat.error.status === 409 ? { 'stripe-should-retry': 'true' } : {})
    }

    const hits = [...requestedFaults.filter(({ kind }) => !isWebhookFault(kind)), ...faults.take({ method, path })]
    const hit = (kind: RequestFault): Fault | undefined => hits.find((each) => each.kind === kind)
    const cause: Cause = {
      request: { id: requestId, idempotencyKey: key ?? null },
      faults: (event) => [...requestedFaults.filter(({ kind }) => isWebhookFault(kind)), ...faults.take({ event })],
    }

    /** Stores the reply under the key in the transaction that produces it. */
    const executeOnce = (produce: (context: RequestContext) => Reply): ApiResponse =>
      store.transaction((tx) => {
        const { status, body } = produce({ tx, cause, baseUrl })
        if (key !== undefined) {
          tx.put({ object: 'stored_reply', id: key, path, params, status, body, request: requestId, at: tx.now })
        }
        // A retry with the same key would only be answered with the stored failure.
        return answer({ status, body }, status === 500 ? { 'stripe-should-retry': 'false' } : {})
      })
    const fail = () => executeOnce(() => errorReply(serverError))
    const respond = (): ApiResponse => {
      if (repeat.kind === 'replay') {
        const { reply } = repeat
        return answer(reply, { 'idempotent-replayed': 'true', 'original-request': reply.request })
      }
      if (hit('server-error')) return fail()
      try {
        return executeOnce(execute)
      } catch (error) {
        const stack = error instanceof Error ? error.stack : String(error)
        log('request failed', { request: requestId, method, path, error: stack })
        return fail()
      }
    }

    if (key !== undefined) keysInFlight.add(key)
    try {
      const latency = hit('latency')
      if (latency) await pause(latency.ms, undefined, { signal: stopping })
      if (hit('reset')) return null
      if (hit('rate-limit')) return deny(rateLimited)
      if (hit('lock-timeout')) return deny(lockTimeout, { 'stripe-should-retry': 'true' })
      const response = respond()
      return hit('response-lost') ? null : response
    } finally {
      if (key !== undefined) keysInFlight.delete(key)
    }
  }
}

const versionOf = ({ headers }: ApiRequest): string => headers['stripe-version'] ?? apiVersion

/** What the request asks for, or why it is refused before it executes and uses its idempotency key up. */
function parse(request: ApiRequest, routes: readonly Route[]) {
  const { method, path, headers } = request
  const refused = refusedKey(headers['authorization'])
  if (refused) return refuse(refused)
  if (!/^\d{4}-\d\d-\d\d(\.[a-z_]+)?$/.test(versionOf(request))) {
    return refuseInvalid(`Invalid Stripe API version: ${versionOf(request)}`)
  }
  // The faults that the request itself asks for.
  const requestedFaults = faultsInHeader(headers['x-emulator-fault'] ?? '')
  if (!requestedFaults) {
    const message = 'Unknown fault. The README of the emulator lists the faults; a time is from 0 to 60000 ms.'
    return refuseInvalid(message, { param: 'x-emulator-fault' })
  }
  const found = findRoute(routes, method, path)
  if (!found) return refuse(noSuchUrl(method, path))
  const form = decodeForm(request.form)
  if (!form) return refuseInvalid('Invalid request: the parameters contradict each other, or are too many.')
  const execute = found.route.prepare(form, found.id)
  return andThen(execute, (execute) => accept({ execute, params: canonical(form), requestedFaults }))
}
