import { GraphQLScalarType } from 'graphql'

/** Goes out as ISO 8601 in UTC; no input here has one. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: (value) => {
    if (!(value instanceof Date)) throw new TypeError('DateTime must be a Date')
    return value.toISOString()
  },
})
