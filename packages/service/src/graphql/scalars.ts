import { GraphQLScalarType } from 'graphql'

/** A moment, as ISO 8601 in UTC with milliseconds. Answers only: no input has one yet. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: (value) => {
    if (!(value instanceof Date)) throw new TypeError('DateTime must be a Date')
    return value.toISOString()
  },
})
