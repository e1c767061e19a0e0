import { operationFromDocument, ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals'
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner'
import { type DocumentNode, type GraphQLSchema, isAbstractType, parse } from 'graphql'
import { type Access, readAccess } from './access.ts'
import { readCosts } from './cost-directives.ts'
import { readLiveDirectives } from './live-directive.ts'
import { readFieldRates } from './rate-directive.ts'
import { addRequirementAliases } from './requirement-aliases.ts'
import { readRequirements } from './requirements.ts'
import { dropUnusableKeys } from './usable-keys.ts'

/** A supergraph ready to serve. Immutable: a changed supergraph is another Graph. */
export interface Graph {
  /** What clients see: validates and introspects. */
  readonly schema: GraphQLSchema
  /** Name and routing URL of each subgraph. */
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[]
  readonly requirements: ReturnType<typeof readRequirements>
  readonly access: Access
  readonly costs: ReturnType<typeof readCosts>
  readonly rates: ReturnType<typeof readFieldRates>
  readonly live: ReturnType<typeof readLiveDirectives>
  /** Whether a selection on `condition` applies to an object of this `__typename`, hidden types included. */
  isKindOf(typename: string, condition: string): boolean
  /** Plans an operation of a valid document. This takes milliseconds, so the result is cached. */
  plan(document: DocumentNode, operationName: string | undefined): QueryPlan
  /** An operation of a plan as its subgraph understands it, without requirement aliases. */
  restore(operation: string): string
  /** The name in the schema of a field of a plan. */
  schemaName(field: string): string
}

/** Builds a Graph from the SDL of a supergraph; throws when it is not valid. */
export function readGraph(sdl: string): Graph {
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
    schema,
    subgraphs: supergraph.subgraphsMetadata(),
    requirements: readRequirements(aliases.supergraph),
    access: readAccess(document),
    costs: readCosts(document),
    rates: readFieldRates(document),
    live: readLiveDirectives(document, schema),
    isKindOf: kinds(supergraph.schema.toGraphQLJSSchema()),
    plan: (document, operationName) =>
      planner.buildQueryPlan(operationFromDocument(plannedApi, document, operationName ? { operationName } : {})),
    restore: aliases.restore,
    schemaName: aliases.schemaName,
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
      // Subgraphs decide what is in `__typename`: only names that exist are cached.
      if (schema.getType(typename)) known.set(key, is)
    }
    return is
  }
}
