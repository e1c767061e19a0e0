import {
  type DocumentNode,
  type ExecutionResult,
  executeSync,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { fragmentsOf } from '../core/documents.ts'
import { isObject, type JsonObject } from '../core/json.ts'

/** Executes the introspection fields of an operation on the schema that clients see, without any subgraph. */
export function introspector(
  schema: GraphQLSchema,
  document: DocumentNode,
  definition: OperationDefinitionNode,
): (variables: Readonly<Record<string, unknown>>) => JsonObject {
  const introspection = onlyIntrospection(document, definition)
  return (variables) => {
    if (!introspection) return {}
    const result: ExecutionResult = executeSync({ schema, document: introspection, variableValues: variables })
    return isObject(result.data) ? result.data : {}
  }
}

/** The operation with only its introspection fields, as a document; undefined when it has none. */
function onlyIntrospection(document: DocumentNode, definition: OperationDefinitionNode): DocumentNode | undefined {
  if (definition.operation !== 'query') return undefined
  const fragments = fragmentsOf(document)
  let found = false
  const only = (set: SelectionSetNode): SelectionSetNode => ({
    ...set,
    selections: set.selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FIELD) {
        const is = selection.name.value === '__schema' || selection.name.value === '__type'
        found ||= is
        return is ? [selection] : []
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) return [{ ...selection, selectionSet: only(selection.selectionSet) }]
      const fragment = fragments.get(selection.name.value)
      if (!fragment) return []
      // Spread in place, because elsewhere the fragment keeps its other fields.
      const { directives = [] } = selection
      return [{ kind: Kind.INLINE_FRAGMENT, directives, selectionSet: only(fragment.selectionSet) }]
    }),
  })
  const selectionSet = only(definition.selectionSet)
  return found
    ? { kind: Kind.DOCUMENT, definitions: [{ ...definition, selectionSet }, ...fragments.values()] }
    : undefined
}
