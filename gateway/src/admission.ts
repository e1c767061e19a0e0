/** From what was sent to what may run: the same for HTTP, SSE and WebSocket. */
import type { Answering, Prepared } from './answering.ts'
import type { Caller, Recognise } from './caller.ts'
import type { DocumentFault } from './document/documents.ts'
import type { GraphQLRequest } from './request.ts'
import type { Toll } from './toll.ts'

export type Admitted =
  | { readonly ok: true; readonly prepared: Prepared }
  | { readonly ok: false; readonly faults: readonly DocumentFault[] }

export interface Admission {
  /** Once per HTTP request, once per WebSocket. */
  readonly recognise: Recognise
  /** Once per operation; nothing was executed when it refuses. */
  admit(request: GraphQLRequest, caller: Caller): Promise<Admitted>
}

export const admission = (recognise: Recognise, answering: Answering, toll: Toll): Admission => ({
  recognise,
  admit: async ({ query, operationName, variables }, caller) => {
    if (query === undefined) return refused('No operations are known here by id; send "query".', 'BAD_REQUEST')
    const preparation = answering.prepare({ query, operationName, variables })
    if (!preparation.ok) return preparation
    const fault = await toll(preparation.prepared, caller)
    return fault ? { ok: false, faults: [fault] } : preparation
  },
})

const refused = (message: string, code: string): Admitted => ({
  ok: false,
  faults: [{ message, extensions: { code } }],
})
