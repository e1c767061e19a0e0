import { GraphQLScalarType } from 'graphql'

/** Answers only: no argument of this subgraph is a time. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: (value) => (value as Date).toISOString(),
})
