/** From a client's text to a planned operation: parsed, limited, validated and planned once, then remembered. */
import type { Log } from '@holdfast/service/process'
import {
  type DocumentNode,
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql'
import type { Fault } from '../execute/trouble.ts'
import { Lru } from '../lru.ts'
import type { Graph } from '../supergraph/graph.ts'
import { excess, type Limits } from './limits.ts'
import type { KnownOperation } from './manifest.ts'
import { nameInLogs } from './name.ts'
import { type Operation, planOperation } from './operation.ts'
import { documentWeight } from './weight.ts'

/** A fault in the document, at lines and columns of its text. */
export interface DocumentFault extends Fault {
  readonly locations?: readonly { readonly line: number; readonly column: number }[]
  /** The limit that it exceeds; counted, and not told. */
  readonly limit?: string
}

export type Read =
  | { readonly ok: true; readonly operation: Operation }
  | { readonly ok: false; readonly faults: readonly DocumentFault[] }

export interface Documents {
  read(text: string, operationName: string | undefined): Read
  /** What has been read and is remembered, the last used first. */
  known(): readonly KnownOperation[]
}

export interface DocumentOptions {
  readonly limits: Limits
  /** Production: no introspection, and what is wrong with a document is not explained, for it would teach the schema. */
  readonly closed: boolean
  /** Told of each lookup whether the operation was already planned. */
  readonly counted: (known: boolean) => void
  readonly log: Log
}

const kept = 64_000_000 // bytes, some two thousand operations of ordinary size
const faultsTold = 10
const tooManyTokens = /^Syntax Error: Document contains more tha[nt] \d+ tokens/ // graphql-js gives it no code.
const noCondition = 'The field of a subscription cannot depend on @include or @skip.'
/** All that production says of an invalid document. */
export const notValid = 'The operation is not valid for this schema.'

/** The documents of one graph; a new graph has new ones. */
export function documents(graph: Graph, options: DocumentOptions, capacity = kept): Documents {
  const parsed = new Lru<Parsed>(capacity)
  const keep = (text: string, document: Parsed) => {
    const planned = [...document.operations.values()].reduce((sum, { weight }) => sum + weight, 0)
    parsed.set(text, document, documentWeight(text) + planned)
  }

  return {
    known: () =>
      [...parsed.keys()]
        .reverse()
        .flatMap((text) =>
          [...(parsed.peek(text)?.operations.keys() ?? [])].map((operationName) => ({ text, operationName })),
        ),
    read: (text, operationName) => {
      let document = parsed.get(text)
      if (!document) {
        const checked = check(graph, text, options)
        if ('faults' in checked) return { ok: false, faults: checked.faults }
        document = { document: checked.document, operations: new Map() }
        keep(text, document)
      }
      const known = document.operations.get(operationName)
      options.counted(known !== undefined)
      if (known) return { ok: true, operation: known }
      const definition = chosen(document.document, operationName)
      if (typeof definition === 'string') return failed(fault(definition, 'OPERATION_RESOLUTION_FAILURE'))
      try {
        const operation = planOperation(graph, document.document, definition, options.limits)
        document.operations.set(operationName, operation)
        keep(text, document)
        return { ok: true, operation }
      } catch (err) {
        const name = nameInLogs(definition.name?.value)
        if (err instanceof GraphQLError) {
          options.log.warn({ operation: name, reason: err.message }, 'refused by the planner')
          return failed(fault(options.closed ? notValid : err.message, 'GRAPHQL_VALIDATION_FAILED'))
        }
        options.log.error({ err, operation: name }, 'no plan')
        return failed(fault('The supergraph has no way to answer this operation.', 'INTERNAL_SERVER_ERROR'))
      }
    },
  }
}

interface Parsed {
  readonly document: DocumentNode
  readonly operations: Map<string | undefined, Operation>
}

type Checked = { readonly document: DocumentNode } | { readonly faults: readonly DocumentFault[] }

function check(graph: Graph, text: string, { limits, closed }: DocumentOptions): Checked {
  let document: DocumentNode
  try {
    // Locations would be half of what is kept of a document.
    document = parse(text, { maxTokens: limits.tokens, noLocation: true })
  } catch (err) {
    if (err instanceof GraphQLError)
      return {
        faults: [{ ...told(err, 'GRAPHQL_PARSE_FAILED'), ...(tooManyTokens.test(err.message) && { limit: 'tokens' }) }],
      }
    // Nested so deep that the parser ran out of stack.
    return { faults: [tooDeep('GRAPHQL_PARSE_FAILED')] }
  }
  const rules = closed ? [...specifiedRules, NoSchemaIntrospectionCustomRule] : specifiedRules
  let errors: readonly GraphQLError[]
  try {
    const tooMuch = excess(document, limits)
    if (tooMuch) return { faults: [{ ...fault(tooMuch.message, 'GRAPHQL_VALIDATION_FAILED'), limit: tooMuch.limit }] }
    errors = validate(graph.schema, document, rules, { maxErrors: 1 })
    if (errors.length > 0 && !closed) errors = validate(graph.schema, parse(text), rules, { maxErrors: faultsTold }) // Now with lines and columns.
  } catch (err) {
    // graphql-js throws where the field of a subscription depends on a variable, instead of saying that it must not.
    if (err instanceof GraphQLError)
      return { faults: [fault(closed ? notValid : noCondition, 'GRAPHQL_VALIDATION_FAILED')] }
    if (!(err instanceof RangeError)) throw err
    return { faults: [tooDeep('GRAPHQL_VALIDATION_FAILED')] }
  }
  if (errors.length === 0) return { document }
  return closed
    ? { faults: [fault(notValid, 'GRAPHQL_VALIDATION_FAILED')] }
    : { faults: errors.map((error) => told(error, 'GRAPHQL_VALIDATION_FAILED')) }
}

function chosen(document: DocumentNode, name: string | undefined): OperationDefinitionNode | string {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  const [first, second] = name === undefined ? operations : operations.filter((one) => one.name?.value === name)
  if (!first)
    return name === undefined ? 'The document has no operation.' : 'The document has no operation of this name.'
  return second ? 'The document has several operations: say which by operationName.' : first
}

export const fault = (message: string, code: string): DocumentFault => ({ message, extensions: { code } })
const told = (error: GraphQLError, code: string): DocumentFault => ({
  ...fault(error.message, code),
  ...(error.locations && { locations: error.locations }),
})
const tooDeep = (code: string): DocumentFault => ({
  ...fault('The operation is too large: it is nested too deep.', code),
  limit: 'levels',
})
const failed = (one: DocumentFault): Read => ({ ok: false, faults: [one] })
