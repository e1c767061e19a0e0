/** What the gateway counts of operations, and the line that it logs for each: never variables, never a token. */
import { nameInLogs } from '@holdfast/operations'
import { counter, histogram, type Log } from '@holdfast/service/process'
import type { GraphQLFormattedError } from 'graphql'

const costBuckets = [1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 100_000]
const requests = counter('gateway_requests_total', 'Operations that were executed', ['transport', 'type', 'outcome'])
const seconds = histogram('gateway_request_seconds', 'Time to execute operations', ['transport', 'type'])
const costs = histogram('gateway_operation_cost', 'Estimated cost of operations, in points', ['type'], costBuckets)
export const subgraphRequests = counter('gateway_subgraph_requests_total', 'Requests to subgraphs', [
  'subgraph',
  'outcome',
])
export const subgraphSeconds = histogram('gateway_subgraph_seconds', 'Time of requests to subgraphs', ['subgraph'])
export const plans = counter('gateway_plans_total', 'Operations, by whether their plan was cached', ['cached'])

/** The same codes for every transport. */
export const rejected = counter('gateway_rejected_total', 'Requests that were not admitted, by error code', ['code'])

/** By the name of the limit: a size limit of the document, `cost`, a rate rule, or a concurrency limit. */
export const refused = counter('gateway_refused_total', 'Requests, connections and streams refused by a limit', [
  'limit',
])

/** What is known about an operation before it runs. */
interface MeasuredOperation {
  readonly operation: { readonly type: string; readonly name: string | undefined }
  readonly cost: { readonly points: number }
}

/** Measures an operation from now on; the returned function measures its end, once. */
export type Measure = ReturnType<typeof operationMetrics>

export function operationMetrics(log: Log) {
  const answers = log.child({}, { redact: [] }) // All members are named below, so there is nothing to redact.
  return (transport: 'http' | 'sse' | 'websocket', { operation, cost: { points } }: MeasuredOperation) => {
    const { type, name } = operation
    costs.observe({ type }, points)
    const began = performance.now()
    let ended = false
    return (errors: readonly GraphQLFormattedError[] = []) => {
      if (ended) return
      ended = true
      const ms = performance.now() - began
      requests.inc({ transport, type, outcome: errors.length > 0 ? 'errors' : 'ok' })
      seconds.observe({ transport, type }, ms / 1_000)
      const codes = [...new Set(errors.map(({ extensions }) => extensions?.['code']))]
      answers.info(
        {
          operation: nameInLogs(name),
          type,
          transport,
          cost: points,
          ms: Math.round(ms * 10) / 10,
          errors: errors.length,
          codes,
        },
        'answered',
      )
    }
  }
}
