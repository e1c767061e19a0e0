import { randomUUID } from 'node:crypto'
import { authenticate } from '../challenge/authenticate.ts'
import { invalidRequest, noSuchUrl } from '../domain/errors.ts'
import { armedFault, requestFaults, webhookFaults } from '../domain/faults.ts'
import { accept, type Outcome, refuse } from '../domain/outcome.ts'
import type { FaultBoard } from '../http/fault-board.ts'
import type { FormMap } from '../http/form.ts'
import {
  integer,
  metadata,
  oneOf,
  positive,
  type Reader,
  type Readers,
  readParams,
  required,
  text,
} from '../http/params.ts'
import { errorReply, type Reply } from '../http/route.ts'
import type { Books } from '../store/books.ts'
import type { Cause } from '../webhooks/publish.ts'
import { ledger } from './ledger.ts'
import { advanceClock, settleNow } from './time.ts'

export const controlPath = '/_emulator/'

export interface Controlled {
  readonly books: Books
  readonly faults: FaultBoard
  readonly cause: Cause
  /** Called before everything is forgotten. */
  readonly onReset: () => void
}

export interface Command {
  readonly method: string
  readonly path: string
  readonly params: FormMap
}

interface Control {
  readonly method: string
  readonly path: RegExp
  readonly run: (emulator: Controlled, params: FormMap, id: string) => Outcome<unknown>
}

const control = <P>(
  method: string,
  path: RegExp,
  readers: Readers<P>,
  run: (emulator: Controlled, params: P, id: string) => Outcome<unknown>,
): Control => ({
  method,
  path,
  run: (emulator, form, id) => {
    const params = readParams(form, readers)
    return params.ok ? run(emulator, params.value, id) : params
  },
})

const share: Reader<number | undefined> = (value, name) => {
  if (value === undefined) return accept(undefined)
  const number = Number(value)
  return number >= 0 && number <= 1 ? accept(number) : refuse(invalidRequest('Must be from 0 to 1', { param: name }))
}

const armable = {
  kind: required(oneOf(...requestFaults, ...webhookFaults)),
  ms: integer,
  times: positive,
  method: oneOf('GET', 'POST', 'DELETE'),
  path: text,
  event: text,
  probability: share,
}

const controls: readonly Control[] = [
  control('GET', /^clock$/, {}, ({ books }) => accept({ now: books.now() })),
  control('POST', /^clock\/advance$/, { seconds: required(positive) }, ({ books, cause }, { seconds }) =>
    advanceClock(books, seconds, cause),
  ),
  control('GET', /^faults$/, {}, ({ faults }) => accept({ armed: faults.armed() })),
  control('POST', /^faults$/, armable, ({ faults }, asked) => {
    const armed = armedFault(asked, randomUUID())
    if (!armed) return refuse(invalidRequest('A fault lasts from 0 to 60000 ms.', { param: 'ms' }))
    faults.arm(armed)
    return accept(armed)
  }),
  control('DELETE', /^faults$/, {}, ({ faults }) => {
    faults.disarm()
    return accept({ armed: [] })
  }),
  control('GET', /^intents$/, { metadata }, ({ books }, { metadata }) => {
    const wanted = Object.entries(metadata ?? {})
    const where = Object.fromEntries(wanted.map(([key, value]) => [`metadata[${key}]`, value]))
    const data = [...books.walk('payment_intent', { toward: 'newer', where })].filter((intent) =>
      wanted.every(([key, value]) => intent.metadata[key] === value),
    )
    return accept({ data })
  }),
  control(
    'POST',
    /^intents\/(\w+)\/authentication$/,
    { outcome: required(oneOf('succeed', 'fail')) },
    ({ books, cause }, { outcome }, id) =>
      books.transact((draft) => authenticate({ draft, cause }, id, outcome === 'succeed')),
  ),
  control('GET', /^ledger$/, {}, ({ books }) => accept(ledger(books))),
  control('POST', /^refunds\/(\w+)\/settle$/, {}, ({ books, cause }, _, id) => settleNow(books, cause, id, 'settle')),
  control('POST', /^refunds\/(\w+)\/fail$/, {}, ({ books, cause }, _, id) => settleNow(books, cause, id, 'fail')),
  control('POST', /^reset$/, {}, ({ books, faults, onReset }) => {
    onReset()
    faults.disarm()
    books.reset()
    return accept({ reset: true })
  }),
]

/** Answers a request to the control side, which is not part of Stripe. */
export function obey(emulator: Controlled, { method, path, params }: Command): Reply {
  const rest = path.slice(controlPath.length)
  for (const each of controls) {
    const match = each.method === method ? each.path.exec(rest) : null
    if (!match) continue
    const outcome = each.run(emulator, params, match[1] ?? '')
    return outcome.ok ? { status: 200, body: outcome.value } : errorReply(outcome.error)
  }
  return errorReply(noSuchUrl(method, path))
}
