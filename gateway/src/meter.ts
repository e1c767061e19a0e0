/** What the gateway counts, and the line it logs for each operation: never variables, never a token. */
import { counter, histogram, type Log } from '@holdfast/service/process'
import type { GraphQLFormattedError } from 'graphql'
import type { Prepared } from './answering.ts'
import { nameInLogs } from './document/name.ts'
import type { Subgraphs } from './execute/execute.ts'

export type Door = 'http' | 'sse' | 'websocket'

const costBuckets = [1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 100_000]
const requests = counter('gateway_requests_total', 'Operations answered', ['door', 'type', 'outcome'])
const seconds = histogram('gateway_request_seconds', 'From a read operation to its answer', ['door', 'type'])
const costs = histogram('gateway_operation_cost', 'Estimated cost of operations, in points', ['type'], costBuckets)
const fetches = counter('gateway_subgraph_requests_total', 'Requests to subgraphs', ['subgraph', 'outcome'])
const fetchSeconds = histogram('gateway_subgraph_seconds', 'Requests to subgraphs', ['subgraph'])
const plans = counter('gateway_plans_total', 'Operations that were planned before or had to be', ['cached'])

/** By code, which each door gives alike. */
export const rejected = counter('gateway_rejected_total', 'Requests that were not admitted, by the code they got', [
  'code',
])

/** What a limit refused, by the limit's name: of the document, `cost`, a rate rule, or what may be open at once. */
export const refused = counter('gateway_refused_total', 'Requests, connections and streams refused by a limit', [
  'limit',
])

export interface Measured {
  /** Called again it does nothing. */
  end(errors?: readonly GraphQLFormattedError[]): void
}

export interface Meter {
  begin(door: Door, prepared: Prepared): Measured
}

export function meter(log: Log): Meter {
  // Its members are all named below: there is nothing to search for secrets.
  const answers = log.child({}, { redact: [] })
  return {
    begin: (door, { operation: { type, name }, cost: { points } }) => {
      costs.observe({ type }, points)
      const began = performance.now()
      let ended = false
      return {
        end: (errors = []) => {
          if (ended) return
          ended = true
          const ms = performance.now() - began
          requests.inc({ door, type, outcome: errors.length > 0 ? 'errors' : 'ok' })
          seconds.observe({ door, type }, ms / 1_000)
          const codes = [...new Set(errors.map(({ extensions }) => extensions?.['code']))]
          answers.info(
            {
              operation: nameInLogs(name),
              type,
              door,
              cost: points,
              ms: Math.round(ms * 10) / 10,
              errors: errors.length,
              codes,
            },
            'answered',
          )
        },
      }
    },
  }
}

export const countPlan = (known: boolean): void => plans.inc({ cached: String(known) })

/** Counts and times what is asked of subgraphs. */
export const measured = (subgraphs: Subgraphs): Subgraphs => ({
  read: subgraphs.read,
  ask: async (request) => {
    const end = fetchSeconds.startTimer({ subgraph: request.subgraph })
    const reply = await subgraphs.ask(request)
    end()
    fetches.inc({ subgraph: request.subgraph, outcome: reply.kind })
    return reply
  },
})
