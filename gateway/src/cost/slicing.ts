import { type FieldNode, type GraphQLField, Kind } from 'graphql'
import { operation as messages } from '../core/messages.ts'
import type { ListSize } from '../supergraph/cost-directives.ts'
import type { Amount, Variables } from './amount.ts'

/** How long a list can get by its slicing arguments, and whether they are valid. */
export interface Slicing {
  readonly items: Amount
  /** What is wrong with the arguments; undefined when nothing is. */
  readonly error: (variables: Variables) => string | undefined
}

/** Without an argument, or with a negative one, a list is as long as `assumed`. */
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
  const numbersOf = (variables: Variables) =>
    values.map((value) => value(variables)).filter((value) => typeof value === 'number')

  return {
    items: (variables) => {
      const given = numbersOf(variables)
      // For some servers a negative number means all items.
      return given.length > 0 && given.every((one) => one >= 0) ? Math.max(...given) : Math.max(assumed, ...given)
    },
    error: (variables) => {
      const given = numbersOf(variables)
      const field = node.name.value
      if (exactlyOne && given.length !== 1) return messages.needsSlicing(field, names)
      return given.some((one) => one > longest) ? messages.sliceTooLarge(field, longest) : undefined
    },
  }
}
