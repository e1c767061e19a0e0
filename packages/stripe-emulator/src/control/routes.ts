import type { ArmedFaults } from '../api/armed-faults.ts'
import type { FormMap } from '../api/form.ts'
import {
  integer,
  metadata,
  oneOf,
  type Param,
  type Params,
  positive,
  readParams,
  required,
  text,
} from '../api/params.ts'
import { errorReply, findRoute, type Reply, type Route } from '../api/route.ts'
import { endChallenge } from '../challenge/challenge.ts'
import { requestFaults, webhookFaults } from '../domain/faults.ts'
import { accept, andThen, noSuchUrl, type Outcome, refuseInvalid } from '../domain/outcome.ts'
import type { Store } from '../store/store.ts'
import type { Cause } from '../webhooks/publish.ts'
import { advanceClock, endRefund } from './clock.ts'
import { ledger } from './ledger.ts'

export const controlPath = '/_emulator/'

/** What the control side acts on. */
export interface Controlled {
  readonly store: Store
  readonly faults: ArmedFaults
  /** Of what happens without a request to the API. */
  readonly cause: Cause
  /** Called before everything is forgotten. */
  readonly onReset: () => void
}

/** `path` comes after `controlPath`. */
const route = <P>(
  method: Route['method'],
  path: string,
  params: Params<P>,
  run: (controlled: Controlled, values: P, id: string) => Outcome<unknown>,
) => ({
  method,
  path: `${controlPath}${path}`,
  run: (controlled: Controlled, form: FormMap, id: string) =>
    andThen(readParams(form, params), (values) => run(controlled, values, id)),
})

const share: Param<number | undefined> = (value, name) => {
  if (value === undefined) return accept(undefined)
  const number = Number(value)
  return number >= 0 && number <= 1 ? accept(number) : refuseInvalid('Must be from 0 to 1', { param: name })
}

const faultParams = {
  kind: required(oneOf(...requestFaults, ...webhookFaults)),
  ms: integer,
  times: positive,
  method: oneOf('GET', 'POST', 'DELETE'),
  path: text,
  event: text,
  probability: share,
}

const routes = [
  route('GET', 'clock', {}, ({ store }) => accept({ now: store.now })),
  route('POST', 'clock/advance', { seconds: required(positive) }, ({ store, cause }, { seconds }) =>
    advanceClock(store, seconds, cause),
  ),
  route('GET', 'faults', {}, ({ faults }) => accept({ armed: faults.list() })),
  route('POST', 'faults', faultParams, ({ faults }, options) => {
    const armed = faults.arm(options)
    return armed ? accept(armed) : refuseInvalid('A fault lasts from 0 to 60000 ms.', { param: 'ms' })
  }),
  route('DELETE', 'faults', {}, ({ faults }) => {
    faults.clear()
    return accept({ armed: [] })
  }),
  route('GET', 'intents', { metadata }, ({ store }, { metadata }) => {
    const expected = Object.entries(metadata ?? {})
    const where = Object.fromEntries(expected.map(([key, value]) => [`metadata[${key}]`, value]))
    const intents = [...store.list('payment_intent', { toward: 'newer', where })]
    return accept({
      data: intents.filter((intent) => expected.every(([key, value]) => intent.metadata[key] === value)),
    })
  }),
  route(
    'POST',
    'intents/:id/authentication',
    { outcome: required(oneOf('succeed', 'fail')) },
    ({ store, cause }, { outcome }, id) => endChallenge(store, cause, id, outcome === 'succeed'),
  ),
  route('GET', 'ledger', {}, ({ store }) => accept(ledger(store))),
  route('POST', 'refunds/:id/settle', {}, ({ store, cause }, _, id) => endRefund(store, cause, id, 'settle_refund')),
  route('POST', 'refunds/:id/fail', {}, ({ store, cause }, _, id) => endRefund(store, cause, id, 'fail_refund')),
  route('POST', 'reset', {}, ({ store, faults, onReset }) => {
    onReset()
    faults.clear()
    store.reset()
    return accept({ reset: true })
  }),
]

/** Answers a request to the control side, which is not part of Stripe. */
export function answerControl(controlled: Controlled, method: string, path: string, params: FormMap): Reply {
  const found = findRoute(routes, method, path)
  if (!found) return errorReply(noSuchUrl(method, path))
  const outcome = found.route.run(controlled, params, found.id)
  return outcome.ok ? { status: 200, body: outcome.value } : errorReply(outcome.error)
}
