/**
 * A subscription whose events are conflated selects their key even when its client does not. The key keeps its own name: fields that
 * the client renames get private names, so only the key can be found there.
 */
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLNamedOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { fragmentsOf, operationIn } from '../core/documents.ts'
import { isObject, type JsonObject } from '../core/json.ts'

/** The one root field of a subscription. */
export function rootField(document: DocumentNode, { selectionSet }: OperationDefinitionNode): FieldNode | undefined {
  const fragments = fragmentsOf(document)
  const first = (set: SelectionSetNode | undefined): FieldNode | undefined => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) return selection
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
      const found = first(fragment?.selectionSet)
      if (found) return found
    }
    return undefined
  }
  return first(selectionSet)
}

/** The document with the key at the end of each selection on an event. */
export function selectEventKey(schema: GraphQLSchema, document: DocumentNode, key: readonly string[]): DocumentNode {
  const info = new TypeInfo(schema)
  return visit(
    document,
    visitWithTypeInfo(info, {
      Field: {
        leave: (node) => {
          const [parent, type] = [info.getParentType(), info.getType()]
          if (!node.selectionSet || !type || parent !== schema.getSubscriptionType()) return undefined
          const { selections } = operationIn(keySelection(schema, getNamedType(type), key)).selectionSet
          const selectionSet = { ...node.selectionSet, selections: [...node.selectionSet.selections, ...selections] }
          return { ...node, selectionSet }
        },
      },
    }),
  )
}

/** The key of an event, read from its data; undefined when something on its path is null or missing. */
export function keyOf(event: unknown, key: readonly string[]): string | undefined {
  let value = event
  for (const name of key)
    value = isObject(value) && Object.hasOwn(value, name) ? (value as JsonObject)[name] : undefined
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined
}

/** The selection of the key as text, on each type that an event may have. */
function keySelection(schema: GraphQLSchema, type: GraphQLNamedOutputType, [name, ...rest]: readonly string[]): string {
  if (name === undefined) return ''
  const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined
  if (field) return `{ ${name} ${keySelection(schema, getNamedType(field.type), rest)} }`
  if (!isAbstractType(type)) throw new Error(`${type.name} has no field ${name}`)
  const types = schema.getPossibleTypes(type)
  return `{ ${types.map((one) => `... on ${one.name} ${keySelection(schema, one, [name, ...rest])}`).join(' ')} }`
}
