import { operationFromDocument, ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals'
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner'
import { type DocumentNode, type GraphQLSchema, isAbstractType, parse } from 'graphql'
import { type Requirements, readRequirements } from './requirements.ts'

/** A supergraph ready to serve. Immutable: a changed supergraph is another Graph. */
export interface Graph {
  /** What clients see: validates and introspects. */
  readonly schema: GraphQLSchema
  /** Name and routing URL of each subgraph. */
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[]
  readonly requirements: Requirements
  /** Whether an object of this `__typename` is what a selection on `condition` speaks of, hidden types included. */
  isKindOf(typename: string, condition: string): boolean
  /** Plans a valid document's operation. Costs milliseconds; callers keep the result. */
  plan(document: DocumentNode, operationName: string | undefined): QueryPlan
}

/** Builds a Graph of a supergraph's SDL; throws when it is none. */
export function readGraph(sdl: string): Graph {
  const supergraph = Supergraph.build(sdl, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES })
  const apiSchema = supergraph.apiSchema()
  const wholeSchema = supergraph.schema.toGraphQLJSSchema()
  // Plans two branches of a union that reach the same field separately, so that neither asks for the other's inputs.
  const planner = new QueryPlanner(supergraph, { typeConditionedFetching: true })
  const kinds = new Map<string, boolean>()

  return {
    schema: apiSchema.toGraphQLJSSchema(),
    subgraphs: supergraph.subgraphsMetadata(),
    requirements: readRequirements(parse(sdl, { noLocation: true })),
    isKindOf: (typename, condition) => {
      if (typename === condition) return true
      const key = `${typename} ${condition}`
      let is = kinds.get(key)
      if (is === undefined) {
        const abstract = wholeSchema.getType(condition)
        is = isAbstractType(abstract) && wholeSchema.getPossibleTypes(abstract).some(({ name }) => name === typename)
        // Subgraphs decide what stands in `__typename`: only names that exist are remembered.
        if (wholeSchema.getType(typename)) kinds.set(key, is)
      }
      return is
    },
    plan: (document, operationName) =>
      planner.buildQueryPlan(operationFromDocument(apiSchema, document, operationName ? { operationName } : {})),
  }
}
