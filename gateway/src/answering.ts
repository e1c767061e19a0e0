/** From a request to its answer: document, variables, plan, execution. The same for every door. */
import { setImmediate } from 'node:timers/promises'
import type { Viewer } from '@holdfast/service/identity'
import {
  type GraphQLFormattedError,
  type GraphQLSchema,
  getVariableValues,
  type OperationDefinitionNode,
} from 'graphql'
import type { Cost } from './cost/cost.ts'
import {
  type DocumentFault,
  type DocumentOptions,
  type Documents,
  documents,
  fault,
  notValid,
} from './document/documents.ts'
import type { KnownOperation } from './document/manifest.ts'
import type { Operation } from './document/operation.ts'
import { complete } from './execute/complete.ts'
import { askRoot, type Run, runStep, type Subgraphs, takeRoot } from './execute/execute.ts'
import type { JsonObject } from './execute/json.ts'
import { Trouble } from './execute/trouble.ts'
import { plainText } from './plan/pass-through.ts'
import type { Graph } from './supergraph/graph.ts'

/** A request with the text of its document. */
export interface OperationRequest {
  readonly query: string
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
}

/** A request that can be executed. */
export interface Prepared {
  readonly graph: Graph
  readonly operation: Operation
  /** Coerced, with defaults. */
  readonly variables: Readonly<Record<string, unknown>>
  /** What it may cost, and which fields with a rate it asks for. */
  readonly cost: Cost
  /** As it was asked; another graph may have another answer to it. */
  readonly request: OperationRequest
}

export type Preparation =
  | { readonly ok: true; readonly prepared: Prepared }
  | { readonly ok: false; readonly faults: readonly DocumentFault[] }

/** What a client gets; without `data` nothing was executed. */
export interface Response {
  readonly data?: JsonObject | null
  readonly errors?: readonly GraphQLFormattedError[]
}

/** A Response as JSON, and what is wrong with it. */
export interface Answered {
  readonly text: string
  readonly errors: readonly GraphQLFormattedError[]
}

export interface Answering {
  /**
   * From now on requests are answered by this graph; those under way end by theirs. What clients asked of the graph before
   * is planned for the new one between requests.
   */
  follow(graph: Graph): void
  /** Plans operations before anybody sends them; answers how many of them are valid. */
  warm(operations: readonly KnownOperation[]): Promise<number>
  prepare(request: OperationRequest): Preparation
  /** Runs a query or mutation. */
  answer(prepared: Prepared, viewer: Viewer): Promise<Answered>
}

const variableFaultsTold = 10
const carriedOver = 500 // operations; planning them takes a second or two of free moments

export interface AnsweringOptions extends DocumentOptions {
  readonly subgraphs: Subgraphs
  /** Milliseconds for a query, however many subgraphs it takes; a mutation is never cut off between its fields. */
  readonly budgetMs: number
}

export function answering(options: AnsweringOptions): Answering {
  let current: { readonly graph: Graph; readonly documents: Documents } | undefined

  const warm = async (operations: readonly KnownOperation[]) => {
    const its = current?.documents
    let valid = 0
    for (const { text, operationName } of operations) {
      if (!its || its !== current?.documents) break
      if (its.read(text, operationName).ok) valid++
      await setImmediate()
    }
    return valid
  }

  return {
    warm,
    follow: (graph) => {
      const before = current?.documents.known() ?? []
      current = { graph, documents: documents(graph, options) }
      warm(before.slice(0, carriedOver)).catch((err: unknown) => options.log.warn({ err }, 'not all planned ahead'))
    },
    prepare: (request) => {
      if (!current) throw new Error('no supergraph is loaded')
      const read = current.documents.read(request.query, request.operationName)
      if (!read.ok) return read
      const { operation } = read
      const { coerced, errors } = coerce(current.graph.schema, operation.definition, request.variables)
      if (coerced) {
        const estimate = operation.estimate(coerced)
        if (estimate.ok)
          return {
            ok: true,
            prepared: { graph: current.graph, operation, variables: coerced, cost: estimate.cost, request },
          }
        const faults = options.closed ? [notValid] : estimate.faults
        return { ok: false, faults: faults.map((message) => fault(message, 'GRAPHQL_VALIDATION_FAILED')) }
      }
      const messages = options.closed
        ? ['The variables do not fit the operation.']
        : errors.map(({ message }) => message)
      return { ok: false, faults: messages.map((message) => fault(message, 'BAD_USER_INPUT')) }
    },
    answer: async ({ graph, operation, variables }, viewer) => {
      const { step, passThrough, shape } = operation.planFor(viewer)
      const deadline = operation.type === 'query' ? Date.now() + options.budgetMs : Number.POSITIVE_INFINITY
      const trouble = new Trouble()
      const data = operation.introspect(variables)
      const run: Run = { graph, subgraphs: options.subgraphs, viewer, variables, deadline, data, trouble }
      if (passThrough) {
        const reply = await askRoot(passThrough, run)
        const text = reply.kind === 'replied' ? plainText(reply.text) : undefined
        if (text !== undefined) return { text, errors: [] }
        takeRoot(options.subgraphs.read(reply), passThrough.outputs, run)
      } else if (step) await runStep(step, run)
      const { data: completed, errors } = complete(shape(variables), data, trouble, viewer)
      const response: Response = errors.length > 0 ? { errors, data: completed } : { data: completed }
      return { text: JSON.stringify(response), errors }
    },
  }
}

interface Coerced {
  readonly coerced?: Readonly<Record<string, unknown>>
  readonly errors: readonly { readonly message: string }[]
}

function coerce(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Coerced {
  try {
    const values = getVariableValues(schema, variableDefinitions, variables, { maxErrors: variableFaultsTold })
    return values.coerced ? { coerced: values.coerced, errors: [] } : { errors: values.errors ?? [] }
  } catch (err) {
    if (!(err instanceof RangeError)) throw err
    return { errors: [{ message: 'The variables are nested too deep.' }] }
  }
}
