/** From what a client sent to the text that runs: the IO around `decide`. */
import type { OperationRequest } from '../answering.ts'
import type { Caller } from '../caller.ts'
import type { DocumentFault } from '../document/documents.ts'
import type { Fault } from '../execute/trouble.ts'
import type { GraphQLRequest } from '../request.ts'
import type { CurrentRegistry } from './current.ts'
import { decide, notFound } from './decide.ts'
import type { Enforcement } from './files.ts'
import { enforcementOf, type Published } from './registry.ts'
import type { Remembered } from './remembered.ts'
import type { Usage } from './usage.ts'

export type Found =
  | {
      readonly ok: true
      readonly request: OperationRequest
      readonly published: Published | undefined
      /** To be called when it is going to run. */
      runs(name: string | undefined): void
      /** Calls `listener` when it would no longer run, such as one that was retired, at once if so; the returned function forgets it. */
      whenRefused(listener: (fault: Fault) => void): () => void
    }
  | { readonly ok: false; readonly faults: readonly DocumentFault[] }

export type FindOperation = (request: GraphQLRequest, caller: Caller) => Promise<Found>

export interface FindOptions {
  readonly registry: CurrentRegistry
  readonly remembered: Remembered
  readonly usage: Usage
  /** For clients that are not registered. */
  readonly enforcement: Enforcement
}

const anonymous = 'anonymous'

export const findOperation =
  ({ registry, remembered, usage, enforcement: forOthers }: FindOptions): FindOperation =>
  async (request, caller) => {
    const decideNow = () => {
      const { client } = caller
      const enforcement = client ? enforcementOf(client) : forOthers
      const catalogue = client?.catalogue ?? registry.registry().ofTheHouse
      return { decision: decide(request, catalogue, enforcement), enforcement }
    }
    const whenRefused = (listener: (fault: Fault) => void) => {
      const look = () => {
        const { decision } = decideNow()
        if (decision.kind === 'refused') listener(decision.fault)
      }
      look()
      return registry.onChange(look)
    }
    const { decision, enforcement } = decideNow()
    const name = caller.client?.name ?? anonymous
    const { operationName, variables } = request

    switch (decision.kind) {
      case 'published': {
        const { operation } = decision
        return {
          ok: true,
          request: { query: operation.text, operationName: operationName ?? operation.name, variables },
          published: operation,
          runs: () => usage.used(operation),
          whenRefused,
        }
      }
      case 'refused':
        usage.unpublished(name, 'refused', request.query, operationName)
        return { ok: false, faults: [decision.fault] }
      case 'recall': {
        const text = await remembered.recall(decision.sha256)
        return text === undefined ? { ok: false, faults: [notFound] } : unpublished(text, false)
      }
      case 'text':
        return unpublished(decision.text, decision.remember)
    }

    function unpublished(query: string, remember: boolean): Found {
      return {
        ok: true,
        request: { query, operationName, variables },
        published: undefined,
        runs: (named) => {
          if (remember) remembered.remember(query)
          if (enforcement === 'audit') usage.unpublished(name, 'ran', query, named)
        },
        whenRefused,
      }
    }
  }
