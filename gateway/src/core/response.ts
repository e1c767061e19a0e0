import type { GraphQLFormattedError } from 'graphql'

/** What a client gets as JSON, and the errors in it. */
export interface SerializedResponse {
  readonly text: string
  readonly errors: readonly GraphQLFormattedError[]
}

/** Where something is in a response: names of fields, and indexes in lists. */
export type ResponsePath = readonly (string | number)[]
