import { operationFromDocument, ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals'
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner'
import { type DocumentNode, type GraphQLSchema, isAbstractType, parse } from 'graphql'
import { readAccess } from './access.ts'
import { readCosts } from './cost-directives.ts'
import { readLiveDirectives } from './live-directive.ts'
import { readFieldRates } from './rate-directive.ts'
import { addRequirementAliases } from './requirement-aliases.ts'
import { readRequirements } from './requirements.ts'
import { dropUnusableKeys } from './usable-keys.ts'

/** A supergraph ready to serve. Immutable: a changed supergraph is another Graph. */
export type Graph = ReturnType<typeof readGraph>

/** Builds a Graph from the SDL of a supergraph; throws when it is not valid. */
export function readGraph(sdl: string) {
  const document = parse(sdl, { noLocation: true })
  const aliases = addRequirementAliases(dropUnusableKeys(document))
  const supergraph = read(document)
  // Validated as it was given: with aliases the real fields may be unused, which validation would refuse.
  const planned = aliases.supergraph === document ? supergraph : read(aliases.supergraph, false)
  const plannedApi = planned.apiSchema()
  const planner = new QueryPlanner(planned, {
    // Plans two branches of a union that reach the same field apart, so that neither requests the inputs of the other.
    typeConditionedFetching: true,
    // `planning/entities.ts` takes selections of a fetch apart by type, which does not work with fragments.
    reuseQueryFragments: false,
  })

  const schema = supergraph.apiSchema().toGraphQLJSSchema()
  return {
    /** What clients see: validates and introspects. */
    schema,
    /** Name and routing URL of each subgraph. */
    subgraphs: supergraph.subgraphsMetadata(),
    requirements: readRequirements(aliases.supergraph),
    access: readAccess(document),
    costs: readCosts(document),
    rates: readFieldRates(document),
    live: readLiveDirectives(document, schema),
    isKindOf: kinds(supergraph.schema.toGraphQLJSSchema()),
    /** Plans an operation of a valid document. This takes milliseconds, so the result is cached. */
    plan: (document: DocumentNode, operationName: string | undefined): QueryPlan =>
      planner.buildQueryPlan(operationFromDocument(plannedApi, document, operationName ? { operationName } : {})),
    /** An operation of a plan as its subgraph understands it, without requirement aliases. */
    restore: aliases.restore,
    /** The name in the schema of a field of a plan. */
    schemaName: aliases.schemaName,
  }
}

const read = (document: DocumentNode, validateSupergraph = true): Supergraph =>
  Supergraph.build(document, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, validateSupergraph })

/** Whether a selection on `condition` applies to an object of this `__typename`, hidden types included. */
function kinds(schema: GraphQLSchema) {
  const known = new Map<string, boolean>()
  return (typename: string, condition: string): boolean => {
    if (typename === condition) return true
    const key = `${typename} ${condition}`
    let is = known.get(key)
    if (is === undefined) {
      const abstract = schema.getType(condition)
      is = isAbstractType(abstract) && schema.getPossibleTypes(abstract).some(({ name }) => name === typename)
      // Subgraphs decide what is in `__typename`: only names that exist are cached.
      if (schema.getType(typename)) known.set(key, is)
    }
    return is
  }
}
