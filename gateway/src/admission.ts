/** From what was sent to what may run: the same for HTTP, SSE and WebSocket. */
import type { OperationTypeNode } from 'graphql'
import type { Answering, Prepared } from './answering.ts'
import type { Caller, Recognise } from './caller.ts'
import type { DocumentFault } from './document/documents.ts'
import type { Fault } from './execute/trouble.ts'
import { refused, rejected } from './meter.ts'
import type { FindOperation } from './operations/find.ts'
import type { Published } from './operations/registry.ts'
import type { GraphQLRequest } from './request.ts'
import type { Toll } from './toll.ts'

export type Admitted = AdmittedOperation | { readonly ok: false; readonly faults: readonly DocumentFault[] }

export interface AdmittedOperation {
  readonly ok: true
  readonly prepared: Prepared
  /** Set when the operation is one that was published for the caller's client. */
  readonly published: Published | undefined
  /** Calls `listener` when the caller would no longer be admitted with it, at once if so; the returned function forgets it. */
  whenRefused(listener: (fault: Fault) => void): () => void
}

/** Why an operation of this type cannot be run as it was sent; undefined when it can. */
export type Unfit = (type: OperationTypeNode) => Fault | undefined

export interface Admission {
  /** Once per HTTP request, once per WebSocket. */
  readonly recognise: Recognise
  /** Once per operation; nothing was executed or counted as a use when it refuses. `unfit` says what the door cannot run. */
  admit(request: GraphQLRequest, caller: Caller, unfit?: Unfit): Promise<Admitted>
}

export interface AdmissionOptions {
  readonly recognise: Recognise
  readonly find: FindOperation
  readonly answering: Answering
  readonly toll: Toll
}

export const admission = ({ recognise, find, answering, toll }: AdmissionOptions): Admission => ({
  recognise,
  admit: async (request, caller, unfit) => {
    const found = await find(request, caller)
    if (!found.ok) return rejection(found.faults)
    const preparation = answering.prepare(found.request)
    if (!preparation.ok) return rejection(preparation.faults)
    const { prepared } = preparation
    const fault = unfit?.(prepared.operation.type) ?? (await toll(prepared, caller))
    if (fault) return rejection([fault])
    found.runs(prepared.operation.name)
    return { ok: true, prepared, published: found.published, whenRefused: found.whenRefused }
  },
})

function rejection(faults: readonly DocumentFault[]): Admitted {
  const [first] = faults
  rejected.inc({ code: String(first?.extensions['code']) })
  if (first?.limit) refused.inc({ limit: first.limit })
  return { ok: false, faults }
}
