/** From a client's text to a valid document within the limits. */
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql'
import { type Invalid, invalid, type RequestError, type ResponseError, responseError } from '../core/errors.ts'
import type { Limits } from '../core/limits.ts'
import { operation as messages } from '../core/messages.ts'
import { excess } from './size-limits.ts'

export interface ParseOptions {
  readonly limits: Limits
  /** In production there is no introspection, and errors do not explain what is wrong with a document: it would reveal the schema. */
  readonly production: boolean
}

const errorsShown = 10
const tooManyTokens = /^Syntax Error: Document contains more tha[nt] \d+ tokens/ // graphql-js gives this error no code.

export function parseDocument(
  schema: GraphQLSchema,
  text: string,
  { limits, production }: ParseOptions,
): { readonly ok: true; readonly document: DocumentNode } | Invalid {
  let document: DocumentNode
  try {
    // Locations would be half of what is kept of a document.
    document = parse(text, { maxTokens: limits.tokens, noLocation: true })
  } catch (err) {
    // Anything else: the document is nested so deeply that the parser ran out of stack.
    if (!(err instanceof GraphQLError)) return invalid(tooDeep('GRAPHQL_PARSE_FAILED'))
    const limit = tooManyTokens.test(err.message) ? { limit: 'tokens' } : {}
    return invalid({ ...withLocations(err, 'GRAPHQL_PARSE_FAILED'), ...limit })
  }
  const rules = production ? [...specifiedRules, NoSchemaIntrospectionCustomRule] : specifiedRules
  let errors: readonly GraphQLError[]
  try {
    const tooMuch = excess(document, limits)
    if (tooMuch) return invalid(tooMuch)
    errors = validate(schema, document, rules, { maxErrors: 1 })
    // Again with lines and columns.
    if (errors.length > 0 && !production) errors = validate(schema, parse(text), rules, { maxErrors: errorsShown })
  } catch (err) {
    // graphql-js throws where the field of a subscription depends on a variable, instead of reporting it.
    if (err instanceof GraphQLError) return invalid(production ? messages.invalid : messages.conditionOnSubscription)
    if (!(err instanceof RangeError)) throw err
    return invalid(tooDeep('GRAPHQL_VALIDATION_FAILED'))
  }
  if (errors.length === 0) return { ok: true, document }
  return production
    ? invalid(messages.invalid)
    : invalid(...errors.map((error) => withLocations(error, 'GRAPHQL_VALIDATION_FAILED')))
}

/** The operation that a request means, or why there is none. */
export function selectOperation(
  document: DocumentNode,
  name: string | undefined,
): OperationDefinitionNode | ResponseError {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  const [first, second] = name === undefined ? operations : operations.filter((one) => one.name?.value === name)
  if (!first) return name === undefined ? messages.none : messages.noneOfThisName
  return second ? messages.several : first
}

const withLocations = ({ message, locations }: GraphQLError, code: string): RequestError => ({
  ...responseError(code, message),
  ...(locations && { locations }),
})

const tooDeep = (code: string): RequestError => ({ ...messages.tooDeep(code), limit: 'levels' })
