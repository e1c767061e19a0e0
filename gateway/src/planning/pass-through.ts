import type { FetchNode } from '@apollo/query-planner'
import {
  type DocumentNode,
  getNamedType,
  isAbstractType,
  isEnumType,
  type OperationDefinitionNode,
  print,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { operationIn } from '../core/documents.ts'
import type { Graph } from '../supergraph/graph.ts'

/**
 * Whether the client can get the subgraph's response to a query with one fetch unread: the fetch has exactly the client's selection,
 * and nothing in it could be hidden from the client or must be checked.
 */
export function passesThrough(
  graph: Graph,
  document: DocumentNode,
  definition: OperationDefinitionNode,
  fetch: FetchNode,
): boolean {
  if (definition.operation !== 'query' || document.definitions.length !== 1) return false
  if (fetch.outputRewrites?.length || !graph.access.isUnrestricted) return false
  return print(operationIn(fetch.operation).selectionSet) === print(definition.selectionSet) && isPlain(graph, document)
}

/** Without abstract types and enums, of which some types and values may be hidden. */
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

/** The text of a reply that the client can get unchanged; undefined when it must be parsed. */
export function plainText(text: string): string | undefined {
  // Anything that could be an error or an extension, wherever it is, is a reason to parse.
  const plain = text.startsWith('{"data":{') && !text.includes('"errors"') && !text.includes('"extensions"')
  return plain ? text.trimEnd() : undefined
}
