import {
  type GraphQLArgument,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  type ValueNode,
  valueFromAST,
} from 'graphql'
import { isObject } from '../core/json.ts'
import type { Amount } from './amount.ts'

/** The weight of a schema coordinate. */
export type Weight = (coordinate: string) => number | undefined

const objectPoints = 1

/** What an argument's value costs: 1 for an object in it and nothing for a leaf, unless `own` (the argument's weight) or `weight` differ. */
export function argumentCost(
  { type }: GraphQLArgument,
  value: ValueNode,
  own: number | undefined,
  weight: Weight,
): Amount {
  const named = getNamedType(type)
  if (own === undefined && !isInputObjectType(named) && weight(named.name) === undefined) return 0
  return (variables) => inputCost(valueFromAST(value, type, variables), type, own, weight)
}

function inputCost(value: unknown, type: GraphQLInputType, own: number | undefined, weight: Weight): number {
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
