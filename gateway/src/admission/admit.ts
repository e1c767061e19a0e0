/** Decides which operation is meant and whether it may run. The same for every transport. */
import type { FindOperation, PublishedOperation } from '@holdfast/operations'
import type { OperationTypeNode } from 'graphql'
import { type Invalid, invalid, type RequestError, type ResponseError } from '../core/errors.ts'
import type { GraphQLRequest } from '../core/request.ts'
import type { Requester } from '../core/requester.ts'
import { refused, rejected } from '../metrics/requests.ts'
import type { OperationPlanner, PreparedOperation } from '../operation/prepare.ts'
import type { CheckCostAndRates } from './cost-and-rates.ts'

export interface AdmittedOperation {
  readonly ok: true
  readonly prepared: PreparedOperation
  /** Set when the operation is published for the requester's client. */
  readonly published: PublishedOperation | undefined
  /** Calls `listener` when the operation may no longer run, at once if so; the returned function removes the listener. */
  whenRefused(listener: (error: ResponseError) => void): () => void
}

type Admitted = AdmittedOperation | Invalid

/**
 * Called once per operation. A refused operation is neither executed nor counted as used. `checkTransport` returns why the transport
 * cannot run an operation of this type; undefined when it can.
 */
export type Admit = (
  request: GraphQLRequest,
  requester: Requester,
  checkTransport?: (type: OperationTypeNode) => ResponseError | undefined,
) => Promise<Admitted>

export const admission =
  (find: FindOperation, planner: OperationPlanner, checkCostAndRates: CheckCostAndRates): Admit =>
  async (request, requester, checkTransport) => {
    const found = await find(request, requester)
    if (!found.ok) return rejection(found.error)
    const preparation = planner.prepare(found.request)
    if (!preparation.ok) return rejection(...preparation.errors)
    const { prepared } = preparation
    const error = checkTransport?.(prepared.operation.type) ?? (await checkCostAndRates(prepared, requester))
    if (error) return rejection(error)
    found.runs(prepared.operation.name)
    return { ok: true, prepared, published: found.published, whenRefused: found.whenRefused }
  }

function rejection(...errors: readonly RequestError[]): Invalid {
  const [first] = errors
  rejected.inc({ code: String(first?.extensions['code']) })
  if (first?.limit) refused.inc({ limit: first.limit })
  return invalid(...errors)
}
