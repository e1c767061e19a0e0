/** What `@cost` and `@listSize` in the supergraph declare: https://ibm.github.io/graphql-specs/cost-spec.html */
import { type ConstDirectiveNode, type DocumentNode, Kind } from 'graphql'
import { argumentsOf, linkedName } from './directives.ts'

/** How long the list of a field may be. */
export interface ListSize {
  readonly assumed: number | undefined
  /** Arguments that say how many items are requested. */
  readonly slicing: readonly string[]
  /** Set when not the field itself is a list but these fields of its type, such as `edges` of a connection. */
  readonly sizedFields: readonly string[]
  /** Whether exactly one of the slicing arguments must be given. */
  readonly exactlyOne: boolean
}

/** By schema coordinates (https://spec.graphql.org/draft/#sec-Schema-Coordinates): `Type`, `Type.field`, `Type.field(argument:)`. */
export interface Costs {
  /** Whether the supergraph declares any costs. Where it does not, estimates of lists are guesses. */
  readonly declared: boolean
  weight(coordinate: string): number | undefined
  listSize(coordinate: string): ListSize | undefined
}

const spec = 'https://specs.apollo.dev/cost/'

export function readCosts(supergraph: DocumentNode): Costs {
  const cost = linkedName(supergraph, spec, 'cost')
  const listSize = linkedName(supergraph, spec, 'listSize')
  const weights = new Map<string, number>()
  const listSizes = new Map<string, ListSize>()

  const read = (coordinate: string, directives: readonly ConstDirectiveNode[] | undefined) => {
    for (const directive of directives ?? []) {
      const { weight } = argumentsOf(directive)
      if (directive.name.value === cost && typeof weight === 'number') weights.set(coordinate, weight)
      if (directive.name.value === listSize) listSizes.set(coordinate, listSizeOf(directive))
    }
  }

  for (const definition of cost === undefined ? [] : supergraph.definitions) {
    switch (definition.kind) {
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_DEFINITION:
        read(definition.name.value, definition.directives)
        for (const field of definition.fields ?? []) {
          const coordinate = `${definition.name.value}.${field.name.value}`
          read(coordinate, field.directives)
          for (const { name, directives } of field.arguments ?? []) read(`${coordinate}(${name.value}:)`, directives)
        }
        break
      case Kind.INPUT_OBJECT_TYPE_DEFINITION:
        for (const { name, directives } of definition.fields ?? [])
          read(`${definition.name.value}.${name.value}`, directives)
        break
      case Kind.SCALAR_TYPE_DEFINITION:
      case Kind.ENUM_TYPE_DEFINITION:
        read(definition.name.value, definition.directives)
    }
  }
  return {
    declared: weights.size + listSizes.size > 0,
    weight: (coordinate) => weights.get(coordinate),
    listSize: (coordinate) => listSizes.get(coordinate),
  }
}

/** Composition has validated the arguments. */
interface ListSizeArguments {
  readonly assumedSize?: number | null
  readonly slicingArguments?: readonly string[] | null
  readonly sizedFields?: readonly string[] | null
  readonly requireOneSlicingArgument?: boolean | null
}

const listSizeOf = (directive: ConstDirectiveNode): ListSize => {
  const given = argumentsOf(directive) as ListSizeArguments
  return {
    assumed: given.assumedSize ?? undefined,
    slicing: given.slicingArguments ?? [],
    sizedFields: given.sizedFields ?? [],
    exactlyOne: given.requireOneSlicingArgument !== false,
  }
}
