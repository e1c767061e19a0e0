import { nameInLogs } from '@holdfast/operations'
import type { Log } from '@holdfast/service/process'
import { type DocumentNode, GraphQLError } from 'graphql'
import { LRUCache } from 'lru-cache'
import { type Invalid, invalid } from '../core/errors.ts'
import { operation as messages } from '../core/messages.ts'
import { type ParseOptions, parseDocument, selectOperation } from '../document/parse.ts'
import { plans } from '../metrics/requests.ts'
import type { Graph } from '../supergraph/graph.ts'
import { documentBytes } from './memory-size.ts'
import { type Operation, planOperation } from './operation.ts'

/** An operation that clients are known to send. */
export interface KnownOperation {
  readonly text: string
  readonly operationName: string | undefined
}

export interface PlanningOptions extends ParseOptions {
  readonly log: Log
}

const cacheBytes = 64_000_000 // some two thousand operations of ordinary size

/** The operations of one graph: each text is parsed and validated once, each operation planned once. A new graph starts anew. */
export function plannedOperations(graph: Graph, options: PlanningOptions, maxSize = cacheBytes) {
  const { limits, production, log } = options
  const cache = new LRUCache<string, CachedDocument>({ maxSize })
  const keep = (text: string, cached: CachedDocument) => {
    const planned = [...cached.operations.values()].reduce((sum, { bytes }) => sum + bytes, 0)
    // The cache keeps the old size of a value that is set again.
    cache.delete(text)
    cache.set(text, cached, { size: documentBytes(text) + planned })
  }

  return {
    /** What is cached, most recently used first. */
    known: (): readonly KnownOperation[] =>
      [...cache.keys()].flatMap((text) =>
        [...(cache.peek(text)?.operations.keys() ?? [])].map((operationName) => ({ text, operationName })),
      ),
    read: (text: string, operationName: string | undefined): ReadOperation => {
      let cached = cache.get(text)
      if (!cached) {
        const parsed = parseDocument(graph.schema, text, options)
        if (!parsed.ok) return parsed
        cached = { document: parsed.document, operations: new Map() }
        keep(text, cached)
      }
      const known = cached.operations.get(operationName)
      plans.inc({ cached: String(known !== undefined) })
      if (known) return { ok: true, operation: known }
      const definition = selectOperation(cached.document, operationName)
      if ('message' in definition) return invalid(definition)
      try {
        const operation = planOperation(graph, cached.document, definition, limits)
        cached.operations.set(operationName, operation)
        keep(text, cached)
        return { ok: true, operation }
      } catch (err) {
        const name = nameInLogs(definition.name?.value)
        if (err instanceof GraphQLError) {
          log.warn({ operation: name, reason: err.message }, 'refused by the planner')
          return invalid(production ? messages.invalid : messages.invalidBecause(err.message))
        }
        log.error({ err, operation: name }, 'no plan')
        return invalid(messages.notPlannable)
      }
    },
  }
}

interface CachedDocument {
  readonly document: DocumentNode
  readonly operations: Map<string | undefined, Operation>
}

type ReadOperation = { readonly ok: true; readonly operation: Operation } | Invalid
