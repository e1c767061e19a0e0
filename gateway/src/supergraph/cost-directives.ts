/** What `@cost` and `@listSize` in the supergraph declare: https://ibm.github.io/graphql-specs/cost-spec.html */
import type { ConstDirectiveNode, DocumentNode } from 'graphql'
import { argumentsOf, declarations, linkedName } from './directives.ts'

/** How long the list of a field may be. */
export type ListSize = ReturnType<typeof listSizeOf>

/** By schema coordinates (https://spec.graphql.org/draft/#sec-Schema-Coordinates): `Type`, `Type.field`, `Type.field(argument:)`. */
export type Costs = ReturnType<typeof readCosts>

export function readCosts(supergraph: DocumentNode) {
  const spec = 'https://specs.apollo.dev/cost/'
  const cost = linkedName(supergraph, spec, 'cost')
  const listSize = linkedName(supergraph, spec, 'listSize')
  const weights = new Map<string, number>()
  const listSizes = new Map<string, ListSize>()

  for (const { coordinate, directives = [] } of declarations(supergraph))
    for (const directive of directives) {
      const { weight } = argumentsOf(directive)
      if (directive.name.value === cost && typeof weight === 'number') weights.set(coordinate, weight)
      if (directive.name.value === listSize) listSizes.set(coordinate, listSizeOf(directive))
    }
  return {
    /** Whether the supergraph declares any costs. Where it does not, estimates of lists are guesses. */
    declared: weights.size + listSizes.size > 0,
    weight: (coordinate: string) => weights.get(coordinate),
    listSize: (coordinate: string) => listSizes.get(coordinate),
  }
}

/** Composition has validated the arguments. */
const listSizeOf = (directive: ConstDirectiveNode) => {
  const { assumedSize, slicingArguments, sizedFields, requireOneSlicingArgument } = argumentsOf(directive)
  return {
    assumed: (assumedSize ?? undefined) as number | undefined,
    /** Arguments that say how many items are requested. */
    slicing: (slicingArguments ?? []) as readonly string[],
    /** Set when not the field itself is a list but these fields of its type, such as `edges` of a connection. */
    sizedFields: (sizedFields ?? []) as readonly string[],
    /** Whether exactly one of the slicing arguments must be given. */
    exactlyOne: requireOneSlicingArgument !== false,
  }
}
