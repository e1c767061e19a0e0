/** A GraphQL request as it comes, by whichever door. */
import { isObject } from './execute/json.ts'
import type { Fault } from './execute/trouble.ts'

export interface GraphQLRequest {
  readonly query: string
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
}

export type ReadRequest =
  | { readonly ok: true; readonly request: GraphQLRequest }
  | { readonly ok: false; readonly fault: Fault }

/** Reads the members that GraphQL over HTTP names; `null` counts as absent. */
export function readRequest(value: unknown): ReadRequest {
  if (Array.isArray(value)) return wrong('Send one operation per request; batches are not answered here.')
  if (!isObject(value)) return wrong('The request must be a JSON object.')
  const { query, operationName, variables, extensions } = value
  if (typeof query !== 'string' || query.trim() === '') return wrong('"query" must be a text that is not empty.')
  if (!isAbsent(operationName) && typeof operationName !== 'string') return wrong('"operationName" must be a text.')
  if (!isAbsent(variables) && !isObject(variables)) return wrong('"variables" must be an object.')
  if (!isAbsent(extensions) && !isObject(extensions)) return wrong('"extensions" must be an object.')
  return {
    ok: true,
    request: {
      query,
      operationName: typeof operationName === 'string' && operationName !== '' ? operationName : undefined,
      variables: isObject(variables) ? variables : {},
    },
  }
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null
const wrong = (message: string): ReadRequest => ({ ok: false, fault: { message, extensions: { code: 'BAD_REQUEST' } } })
