import type { FetchNode } from '@apollo/query-planner'
import {
  type DocumentNode,
  getNamedType,
  isAbstractType,
  isEnumType,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import type { Graph } from '../supergraph/graph.ts'

/**
 * Whether a query that is one fetch can be answered with what the subgraph says, unread: it is asked for exactly the
 * client's selection, and nothing in it could be hidden from the client or have to be looked at.
 */
export function passesThrough(
  graph: Graph,
  document: DocumentNode,
  definition: OperationDefinitionNode,
  fetch: FetchNode,
): boolean {
  if (definition.operation !== 'query' || document.definitions.length !== 1) return false
  if (fetch.outputRewrites?.length || !graph.access.open) return false
  const asked = parse(fetch.operation, { noLocation: true }).definitions[0]
  if (asked?.kind !== Kind.OPERATION_DEFINITION) return false
  return print(asked.selectionSet) === print(definition.selectionSet) && isPlain(graph, document)
}

/** No abstract types, of which some may be hidden, and no enums, of which some values may be. */
function isPlain(graph: Graph, document: DocumentNode): boolean {
  const info = new TypeInfo(graph.schema)
  let plain = true
  visit(
    document,
    visitWithTypeInfo(info, {
      Field: () => {
        const type = info.getType()
        const named = type && getNamedType(type)
        if (!named || isAbstractType(named) || isEnumType(named)) plain = false
      },
    }),
  )
  return plain
}

/** The text of a reply that the client can have as it is; undefined when it must be read. */
export function plainText(text: string): string | undefined {
  // Anything that could be an error or an extension, wherever it stands, is a reason to look closely.
  const plain = text.startsWith('{"data":{') && !text.includes('"errors"') && !text.includes('"extensions"')
  return plain ? text.trimEnd() : undefined
}
