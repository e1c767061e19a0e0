/** From a request to an operation that can run: document, variables, plan, cost. */
import { setImmediate } from 'node:timers/promises'
import { GraphQLError, type GraphQLSchema, getVariableValues, type OperationDefinitionNode } from 'graphql'
import { type Invalid, invalid } from '../core/errors.ts'
import { operation as messages } from '../core/messages.ts'
import type { OperationRequest } from '../core/request.ts'
import type { Cost } from '../cost/cost.ts'
import type { Graph } from '../supergraph/graph.ts'
import type { Operation } from './operation.ts'
import { type KnownOperation, type PlanningOptions, plannedOperations } from './planned-operations.ts'

/** An operation that can run. */
export interface PreparedOperation {
  readonly graph: Graph
  readonly operation: Operation
  /** Coerced, with defaults. */
  readonly variables: Readonly<Record<string, unknown>>
  /** What it may cost, and which fields with a rate it uses. */
  readonly cost: Cost
  /** As it was sent, to prepare it again for another graph. */
  readonly request: OperationRequest
}

type Preparation = { readonly ok: true; readonly prepared: PreparedOperation } | Invalid

export type OperationPlanner = ReturnType<typeof operationPlanner>

const variableErrorsShown = 10
const plannedAgain = 500 // operations; planning them takes a second or two of idle time

export function operationPlanner(options: PlanningOptions) {
  const { production, log } = options
  let current: { readonly graph: Graph; readonly operations: ReturnType<typeof plannedOperations> } | undefined

  /** Plans operations before a client sends them; resolves to how many of them are valid. */
  const planAhead = async (known: readonly KnownOperation[]) => {
    const its = current?.operations
    let valid = 0
    for (const { text, operationName } of known) {
      if (!its || its !== current?.operations) break
      if (its.read(text, operationName).ok) valid++
      await setImmediate()
    }
    return valid
  }

  return {
    planAhead,
    /**
     * Prepares operations for this graph from now on; operations that already run end with the graph they began with. Operations that
     * were planned for the graph before are planned again between requests.
     */
    follow: (graph: Graph) => {
      const before = current?.operations.known() ?? []
      current = { graph, operations: plannedOperations(graph, options) }
      planAhead(before.slice(0, plannedAgain)).catch((err: unknown) => log.warn({ err }, 'not all planned ahead'))
    },
    prepare: (request: OperationRequest): Preparation => {
      if (!current) throw new Error('no supergraph is loaded')
      const { graph } = current
      const read = current.operations.read(request.query, request.operationName)
      if (!read.ok) return read
      const { operation } = read
      const { coerced, errors = [] } = coerce(graph.schema, operation.definition, request.variables)
      if (!coerced)
        return invalid(
          ...(production ? [messages.variables] : errors.map((one) => messages.variablesBecause(one.message))),
        )
      const estimate = operation.estimate(coerced)
      if (!estimate.ok)
        return invalid(...(production ? [messages.invalid] : estimate.errors.map(messages.invalidBecause)))
      return { ok: true, prepared: { graph, operation, variables: coerced, cost: estimate.cost, request } }
    },
  }
}

function coerce(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): ReturnType<typeof getVariableValues> {
  try {
    return getVariableValues(schema, variableDefinitions, variables, { maxErrors: variableErrorsShown })
  } catch (err) {
    if (!(err instanceof RangeError)) throw err
    return { errors: [new GraphQLError(messages.variablesTooDeep)] }
  }
}
