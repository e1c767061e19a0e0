import {
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  Kind,
  type ValueNode,
  valueFromAST,
} from 'graphql'
import { isObject } from '../core/json.ts'
import { operation as messages } from '../core/messages.ts'
import type { Costs, ListSize } from '../supergraph/cost-directives.ts'
import type { Amount, Variables } from './amount.ts'

export const objectPoints = 1

/** What an argument's value costs: 1 for an object in it and nothing for a leaf, unless `own` (the argument's weight) or `weight` differ. */
export function argumentCost(
  { type }: GraphQLArgument,
  value: ValueNode,
  own: number | undefined,
  weight: Costs['weight'],
): Amount {
  const named = getNamedType(type)
  if (own === undefined && !isInputObjectType(named) && weight(named.name) === undefined) return 0
  return (variables) => inputCost(valueFromAST(value, type, variables), type, own, weight)
}

function inputCost(value: unknown, type: GraphQLInputType, own: number | undefined, weight: Costs['weight']): number {
  if (value === undefined || value === null) return 0
  const nullable = getNullableType(type)
  if (isListType(nullable))
    return Array.isArray(value)
      ? value.reduce((total: number, item) => total + inputCost(item, nullable.ofType, own, weight), 0)
      : 0
  if (!isInputObjectType(nullable)) return own ?? weight(nullable.name) ?? 0
  const object = isObject(value) ? value : {}
  return Object.values(nullable.getFields()).reduce(
    (total, { name, type: below }) =>
      total + inputCost(object[name], below, weight(`${nullable.name}.${name}`), weight),
    own ?? weight(nullable.name) ?? objectPoints,
  )
}

/**
 * How long a list can get by its slicing arguments, and whether they are valid. Without an argument, or with a negative one, a list is
 * as long as `assumed`.
 */
export function slicing(
  { slicing: names, exactlyOne }: ListSize,
  node: FieldNode,
  { args }: GraphQLField<unknown, unknown>,
  assumed: number,
  longest: number,
) {
  const values = names.map((name) => {
    const definition = args.find((one) => one.name === name)
    const given = node.arguments?.find((one) => one.name.value === name)?.value
    if (given?.kind === Kind.VARIABLE)
      return (variables: Variables) =>
        Object.hasOwn(variables, given.name.value) ? variables[given.name.value] : definition?.defaultValue
    const value = given ? (given.kind === Kind.INT ? Number(given.value) : undefined) : definition?.defaultValue
    return () => value
  })
  const numbersOf = (variables: Variables) =>
    values.map((value) => value(variables)).filter((value) => typeof value === 'number')

  return {
    items: (variables: Variables): number => {
      const given = numbersOf(variables)
      // For some servers a negative number means all items.
      return given.length > 0 && given.every((one) => one >= 0) ? Math.max(...given) : Math.max(assumed, ...given)
    },
    /** What is wrong with the arguments; undefined when nothing is. */
    error: (variables: Variables): string | undefined => {
      const given = numbersOf(variables)
      const field = node.name.value
      if (exactlyOne && given.length !== 1) return messages.needsSlicing(field, names)
      return given.some((one) => one > longest) ? messages.sliceTooLarge(field, longest) : undefined
    },
  }
}
