import type { GraphQLFormattedError } from 'graphql'
import type { JsonObject } from './json.ts'

/** What a client gets. Without `data` nothing was executed. */
export interface Response {
  readonly data?: JsonObject | null
  readonly errors?: readonly GraphQLFormattedError[]
}

/** A Response as JSON, and its errors. */
export interface SerializedResponse {
  readonly text: string
  readonly errors: readonly GraphQLFormattedError[]
}

/** Where something is in a response: names of fields, and indexes in lists. */
export type ResponsePath = readonly (string | number)[]
