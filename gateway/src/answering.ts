/** From a request to its answer: document, variables, plan, execution. The same for every door. */
import type { Viewer } from '@holdfast/service'
import { type GraphQLFormattedError, getVariableValues } from 'graphql'
import { type DocumentFault, type DocumentOptions, type Documents, documents } from './document/documents.ts'
import type { Operation } from './document/operation.ts'
import { complete } from './execute/complete.ts'
import { type AskSubgraph, runStep } from './execute/execute.ts'
import type { JsonObject } from './execute/json.ts'
import { Trouble } from './execute/trouble.ts'
import type { GraphQLRequest } from './request.ts'
import type { Graph } from './supergraph/graph.ts'

/** A request that can be executed. */
export interface Prepared {
  readonly graph: Graph
  readonly operation: Operation
  /** Coerced, with defaults. */
  readonly variables: Readonly<Record<string, unknown>>
}

export type Preparation =
  | { readonly ok: true; readonly prepared: Prepared }
  | { readonly ok: false; readonly faults: readonly DocumentFault[] }

/** What a client gets; without `data` nothing was executed. */
export interface Response {
  readonly data?: JsonObject | null
  readonly errors?: readonly GraphQLFormattedError[]
}

export interface Answering {
  /** From now on requests are answered by this graph; those under way end by theirs. */
  follow(graph: Graph): void
  prepare(request: GraphQLRequest): Preparation
  /** Runs a query or mutation. */
  answer(prepared: Prepared, viewer: Viewer): Promise<Response>
}

const variableFaultsTold = 10

export interface AnsweringOptions extends DocumentOptions {
  readonly ask: AskSubgraph
  /** Milliseconds for a query, however many subgraphs it takes; a mutation is never cut off between its fields. */
  readonly budgetMs: number
}

export function answering(options: AnsweringOptions): Answering {
  let current: { readonly graph: Graph; readonly documents: Documents } | undefined

  return {
    follow: (graph) => {
      current = { graph, documents: documents(graph, options) }
    },
    prepare: (request) => {
      if (!current) throw new Error('no supergraph is loaded')
      const read = current.documents.read(request.query, request.operationName)
      if (!read.ok) return read
      const { operation } = read
      const { coerced, errors } = getVariableValues(
        current.graph.schema,
        operation.definition.variableDefinitions ?? [],
        request.variables,
        { maxErrors: variableFaultsTold },
      )
      if (coerced) return { ok: true, prepared: { graph: current.graph, operation, variables: coerced } }
      const messages = options.closed
        ? ['The variables do not fit the operation.']
        : (errors?.map(({ message }) => message) ?? [])
      return { ok: false, faults: messages.map((message) => ({ message, extensions: { code: 'BAD_USER_INPUT' } })) }
    },
    answer: async ({ graph, operation, variables }, viewer) => {
      const data = operation.introspect(variables)
      const trouble = new Trouble()
      const deadline = operation.type === 'query' ? Date.now() + options.budgetMs : Number.POSITIVE_INFINITY
      if (operation.step)
        await runStep(operation.step, { graph, ask: options.ask, viewer, variables, deadline, data, trouble })
      return respond(complete(operation.shape(variables), data, trouble))
    },
  }
}

const respond = ({ data, errors }: ReturnType<typeof complete>): Response =>
  errors.length > 0 ? { errors, data } : { data }
