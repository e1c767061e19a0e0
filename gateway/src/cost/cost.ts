/**
 * Estimates what an operation may cost before it runs, by IBM's specification (https://ibm.github.io/graphql-specs/cost-spec.html)
 * with Apollo's numbers: an object costs 1, a leaf nothing, a mutation 10, a list as many times its item as it may have items. An
 * entity that is looked up in another subgraph costs 1 more. A subscription costs as much as one event. Introspection is answered from
 * memory and costs nothing.
 */
import type { PlanNode, SubscriptionNode } from '@apollo/query-planner'
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLOutputType,
  getNamedType,
  getNullableType,
  getOperationAST,
  isAbstractType,
  isCompositeType,
  isListType,
  type SelectionSetNode,
} from 'graphql'
import type { Limits } from '../core/limits.ts'
import type { ListSize } from '../supergraph/cost-directives.ts'
import type { Graph } from '../supergraph/graph.ts'
import type { RateRule } from '../supergraph/rate-directive.ts'
import { type Amount, amountOf, most, product, sum, type Variables } from './amount.ts'
import { argumentCost, objectPoints, slicing } from './arguments.ts'
import { lookups, type Place, type Places } from './lookups.ts'
import { type Occurrence, selectedIn } from './selected.ts'

export interface Cost {
  readonly points: number
  /** How often the request uses fields that have a rate. */
  readonly uses: readonly { readonly rule: RateRule; readonly times: number }[]
}

export type Estimate =
  | { readonly ok: true; readonly cost: Cost }
  /** Slicing arguments that are missing, too many or too large. */
  | { readonly ok: false; readonly errors: readonly string[] }

const mutationPoints = 10

/** Compiles the estimate for an operation of a valid document. `document` is the one that was planned, because paths use its names. */
export function costEstimator(
  { schema, costs, rates }: Pick<Graph, 'schema' | 'costs' | 'rates'>,
  document: DocumentNode,
  operationName: string | undefined,
  plan: PlanNode | SubscriptionNode | undefined,
  limits: Limits,
): (variables: Variables) => Estimate {
  const definition = getOperationAST(document, operationName)
  const root = definition && schema.getRootType(definition.operation)
  if (!definition || !root) throw new Error('a valid document has the operation, its schema the type')
  const selected = selectedIn(schema, document)
  const uses = new Map<RateRule, Amount[]>()
  const errors: ((variables: Variables) => string | undefined)[] = []

  /** `type` and the types that a selection on it may resolve to. */
  const typesOf = (type: GraphQLCompositeType): readonly string[] =>
    isAbstractType(type) ? [type.name, ...schema.getPossibleTypes(type).map(({ name }) => name)] : [type.name]

  const heaviest = (coordinates: readonly string[]): number | undefined => {
    const weights = coordinates.flatMap((coordinate) => costs.weight(coordinate) ?? [])
    return weights.length > 0 ? Math.max(...weights) : undefined
  }

  const ofType = (type: GraphQLOutputType): number => {
    const named = getNamedType(type)
    return isCompositeType(named) ? (heaviest(typesOf(named)) ?? objectPoints) : (costs.weight(named.name) ?? 0)
  }

  const ofArguments = ({ node, field, coordinates, present }: Found): Amount =>
    product([
      present,
      sum(
        (node.arguments ?? []).map(({ name: { value: name }, value }): Amount => {
          const argument = field.args.find((one) => one.name === name)
          const own = heaviest(coordinates.map((coordinate) => `${coordinate}(${name}:)`))
          return argument ? argumentCost(argument, value, own, costs.weight) : 0
        }),
      ),
    ])

  const countUses = (found: readonly Found[]) => {
    const rules = new Map<RateRule, Amount[]>()
    for (const { parent, field, present } of found)
      for (const rule of typesOf(parent).flatMap((name) => rates.ofField(name, field.name)))
        rules.set(rule, [...(rules.get(rule) ?? []), present])
    for (const [rule, present] of rules) uses.set(rule, [...(uses.get(rule) ?? []), most(present)])
  }

  /** All selected fields with one name in the response. `sized` has the list sizes that the parent field declares. */
  const ofName = (occurrences: readonly Occurrence<FieldNode>[], sized: ReadonlyMap<string, Amount>): Place => {
    const found = occurrences.flatMap((one): Found[] => {
      const field = fieldOf(one)
      return field ? [{ ...one, field, coordinates: typesOf(one.parent).map((name) => `${name}.${field.name}`) }] : []
    })
    const [first] = found
    if (!first) return nowhere
    countUses(found)

    const sizes = found.flatMap(({ node, field, coordinates }) =>
      coordinates.flatMap((coordinate): (ListSize & { readonly items: Amount })[] => {
        const size = costs.listSize(coordinate)
        if (!size) return []
        const assumed = size.assumed ?? limits.listSize
        if (size.slicing.length === 0) return [{ ...size, items: assumed }]
        const sliced = slicing(size, node, field, assumed, limits.slice)
        errors.push(sliced.error)
        return [{ ...size, items: sliced.items }]
      }),
    )
    const sizedBelow = sizes.flatMap(({ sizedFields, items }) => sizedFields.map((name) => [name, items] as const))
    const below = ofSelections(found.flatMap(selectionOf), new Map(sizedBelow))
    const own = sizes.filter(({ sizedFields }) => sizedFields.length === 0).map(({ items }) => items)
    const items = sized.get(first.field.name) ?? (own.length > 0 ? most(own) : limits.listSize)
    const lists = listDepth(first.field.type)
    const count = lists === 0 ? 1 : product([items, limits.listSize ** (lists - 1)])
    const each = Math.max(...found.map(({ field, coordinates }) => heaviest(coordinates) ?? ofType(field.type)))
    const total = sum([product([count, sum([each, below.points])]), ...found.map(ofArguments)])
    return {
      // Weights may be negative, costs must not: they would pay for something else.
      points: product([most(found.map(({ present }) => present)), most([0, total])]),
      items,
      below: below.places,
    }
  }

  const ofSelections = (occurrences: readonly Occurrence<SelectionSetNode>[], sized: ReadonlyMap<string, Amount>) => {
    const places: Places = new Map([...selected(occurrences)].map(([name, found]) => [name, ofName(found, sized)]))
    return { points: sum([...places.values()].map(({ points }) => points)), places }
  }

  const response = ofSelections([{ node: definition.selectionSet, parent: root, present: 1 }], new Map())
  const base = definition.operation === 'mutation' ? mutationPoints : 0
  const total = sum([base, response.points, lookups(plan, response.places, limits.listSize)])
  const used = [...uses].map(([rule, amounts]) => ({ rule, amount: sum(amounts) }))

  return (variables) => {
    const wrong = errors.flatMap((error) => error(variables) ?? [])
    if (wrong.length > 0) return { ok: false, errors: [...new Set(wrong)] }
    const points = Math.min(amountOf(total, variables), Number.MAX_SAFE_INTEGER)
    const uses = used.map(({ rule, amount }) => ({ rule, times: amountOf(amount, variables) }))
    return { ok: true, cost: { points, uses: uses.filter(({ times }) => times > 0) } }
  }
}

interface Found extends Occurrence<FieldNode> {
  readonly field: GraphQLField<unknown, unknown>
  /** Of the field, on each type that it may resolve to. */
  readonly coordinates: readonly string[]
}

const nowhere: Place = { points: 0, items: 1, below: new Map() }

const fieldOf = ({ parent, node }: Occurrence<FieldNode>) =>
  'getFields' in parent ? parent.getFields()[node.name.value] : undefined

const selectionOf = ({ node, field, present }: Found): readonly Occurrence<SelectionSetNode>[] => {
  const type = getNamedType(field.type)
  return node.selectionSet && isCompositeType(type) ? [{ node: node.selectionSet, parent: type, present }] : []
}

const listDepth = (type: GraphQLOutputType): number => {
  const nullable = getNullableType(type)
  return isListType(nullable) ? 1 + listDepth(nullable.ofType) : 0
}
