/** From what a client sent to the text that runs: the I/O around `decide`. */
import type { CurrentRegistry } from '../registry/current-registry.ts'
import type { Enforcement } from '../registry/files.ts'
import { enforcementOf, type PublishedOperation, type RegisteredClient } from '../registry/registry.ts'
import type { OperationUsage } from '../registry/usage.ts'
import { decide, type OperationReference } from './decide.ts'
import { type Refusal, refusals } from './messages.ts'
import type { RememberedTexts } from './remembered-texts.ts'

export interface OperationRequest {
  readonly query: string
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
}

export type FoundOperation =
  | {
      readonly ok: true
      readonly request: OperationRequest
      readonly published: PublishedOperation | undefined
      /** To be called when the operation is going to run. */
      runs(name: string | undefined): void
      /** Calls `listener` when the operation may no longer run, such as after it was retired, at once if so; the returned function removes the listener. */
      whenRefused(listener: (error: Refusal) => void): () => void
    }
  | { readonly ok: false; readonly error: Refusal }

export type FindOperation = (
  request: OperationReference & Omit<OperationRequest, 'query'>,
  requester: { readonly client: RegisteredClient | undefined },
) => Promise<FoundOperation>

export interface FindOptions {
  readonly registry: CurrentRegistry
  readonly remembered: RememberedTexts
  readonly usage: OperationUsage
  /** For clients that are not registered. */
  readonly enforcement: Enforcement
}

export const operationFinder =
  ({ registry, remembered, usage, enforcement: forUnregistered }: FindOptions): FindOperation =>
  async (request, requester) => {
    const decideNow = () => {
      const { client } = requester
      const enforcement = client ? enforcementOf(client) : forUnregistered
      const catalogue = client?.catalogue ?? registry.registry().firstParty
      return { decision: decide(request, catalogue, enforcement), enforcement }
    }
    const whenRefused = (listener: (error: Refusal) => void) => {
      const check = () => {
        const { decision } = decideNow()
        if (decision.kind === 'refused') listener(decision.error)
      }
      check()
      return registry.onChange(check)
    }
    const { decision, enforcement } = decideNow()
    const client = requester.client?.name ?? 'anonymous'
    const { operationName, variables } = request

    switch (decision.kind) {
      case 'published': {
        const { operation } = decision
        const query = { query: operation.text, operationName: operationName ?? operation.name, variables }
        return { ok: true, request: query, published: operation, runs: () => usage.used(operation), whenRefused }
      }
      case 'refused':
        usage.unpublished(client, 'refused', request.query, operationName)
        return { ok: false, error: decision.error }
      case 'recall': {
        const text = await remembered.recall(decision.sha256)
        return text === undefined ? { ok: false, error: refusals.notFound } : unpublished(text, false)
      }
      case 'text':
        return unpublished(decision.text, decision.remember)
    }

    function unpublished(query: string, remember: boolean): FoundOperation {
      return {
        ok: true,
        request: { query, operationName, variables },
        published: undefined,
        runs: (name) => {
          if (remember) remembered.remember(query)
          if (enforcement === 'audit') usage.unpublished(client, 'ran', query, name)
        },
        whenRefused,
      }
    }
  }
