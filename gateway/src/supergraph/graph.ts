import { operationFromDocument, ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals'
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner'
import { type DocumentNode, type GraphQLSchema, isAbstractType, parse } from 'graphql'
import { type Access, readAccess } from './access.ts'
import { type Costs, readCosts } from './costs.ts'
import { type Live, readLive } from './live.ts'
import { type FieldRates, readFieldRates } from './rate.ts'
import { type Requirements, readRequirements } from './requirements.ts'
import { giveStandIns } from './stand-ins.ts'
import { dropUnusableKeys } from './usable-keys.ts'

/** A supergraph ready to serve. Immutable: a changed supergraph is another Graph. */
export interface Graph {
  /** What clients see: validates and introspects. */
  readonly schema: GraphQLSchema
  /** Name and routing URL of each subgraph. */
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[]
  readonly requirements: Requirements
  readonly access: Access
  readonly costs: Costs
  readonly rates: FieldRates
  readonly live: Live
  /** Whether an object of this `__typename` is what a selection on `condition` speaks of, hidden types included. */
  isKindOf(typename: string, condition: string): boolean
  /** Plans a valid document's operation. Costs milliseconds; callers keep the result. */
  plan(document: DocumentNode, operationName: string | undefined): QueryPlan
  /** An operation of a plan as its subgraph gets it. */
  restore(operation: string): string
  /** The name that a field of a plan has in the schema. */
  realName(field: string): string
}

/** Builds a Graph of a supergraph's SDL; throws when it is none. */
export function readGraph(sdl: string): Graph {
  const document = parse(sdl, { noLocation: true })
  const standIns = giveStandIns(dropUnusableKeys(document))
  const supergraph = read(document)
  // Validated as it was given; where stand-ins are used the real fields may not be, which validation would mind.
  const planned = standIns.supergraph === document ? supergraph : read(standIns.supergraph, false)
  const plannedApi = planned.apiSchema()
  const planner = new QueryPlanner(planned, {
    // Two branches of a union that reach the same field are planned apart, so that neither asks for the other's inputs.
    typeConditionedFetching: true,
    // Selections of a fetch are sorted by type and put together anew, which fragments would hide them from.
    reuseQueryFragments: false,
  })

  const schema = supergraph.apiSchema().toGraphQLJSSchema()
  return {
    schema,
    subgraphs: supergraph.subgraphsMetadata(),
    requirements: readRequirements(standIns.supergraph),
    access: readAccess(document),
    costs: readCosts(document),
    rates: readFieldRates(document),
    live: readLive(document, schema),
    isKindOf: kinds(supergraph.schema.toGraphQLJSSchema()),
    plan: (document, operationName) =>
      planner.buildQueryPlan(operationFromDocument(plannedApi, document, operationName ? { operationName } : {})),
    restore: standIns.restore,
    realName: standIns.realName,
  }
}

const read = (document: DocumentNode, validateSupergraph = true): Supergraph =>
  Supergraph.build(document, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, validateSupergraph })

function kinds(schema: GraphQLSchema): Graph['isKindOf'] {
  const known = new Map<string, boolean>()
  return (typename, condition) => {
    if (typename === condition) return true
    const key = `${typename} ${condition}`
    let is = known.get(key)
    if (is === undefined) {
      const abstract = schema.getType(condition)
      is = isAbstractType(abstract) && schema.getPossibleTypes(abstract).some(({ name }) => name === typename)
      // Subgraphs decide what stands in `__typename`: only names that exist are remembered.
      if (schema.getType(typename)) known.set(key, is)
    }
    return is
  }
}
