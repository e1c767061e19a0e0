import { type FieldNode, type GraphQLField, Kind } from 'graphql'
import type { ListSize } from '../supergraph/costs.ts'
import type { Amount, Variables } from './amount.ts'

/** How long a list can get by its slicing arguments, and what is wrong with them. */
export interface Slicing {
  readonly items: Amount
  /** One sentence; undefined when nothing is. */
  readonly fault: (variables: Variables) => string | undefined
}

/** Without an argument, or by one that is negative, a list is as long as `assumed`. */
export function slicing(
  { slicing: names, exactlyOne }: ListSize,
  node: FieldNode,
  { args }: GraphQLField<unknown, unknown>,
  assumed: number,
  longest: number,
): Slicing {
  const values = names.map((name) => {
    const definition = args.find((one) => one.name === name)
    const given = node.arguments?.find((one) => one.name.value === name)?.value
    if (given?.kind === Kind.VARIABLE)
      return (variables: Variables) =>
        Object.hasOwn(variables, given.name.value) ? variables[given.name.value] : definition?.defaultValue
    const value = given ? (given.kind === Kind.INT ? Number(given.value) : undefined) : definition?.defaultValue
    return () => value
  })
  const wanted = (variables: Variables) =>
    values.map((value) => value(variables)).filter((value) => typeof value === 'number')

  return {
    items: (variables) => {
      const given = wanted(variables)
      // Some servers take a negative number for all there are.
      return given.length > 0 && given.every((one) => one >= 0) ? Math.max(...given) : Math.max(assumed, ...given)
    },
    fault: (variables) => {
      const given = wanted(variables)
      const field = node.name.value
      if (exactlyOne && given.length !== 1)
        return `"${field}" needs ${names.length > 1 ? 'exactly one of ' : ''}${names.map((name) => `"${name}"`).join(', ')}.`
      return given.some((one) => one > longest) ? `"${field}" may be asked for at most ${longest} items.` : undefined
    },
  }
}
