/**
 * A subscription whose events are conflated selects their key even when its client does not. The key keeps its own name: fields that
 * the client renames get private names, so only the key can be found there.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
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
import { isObject, type JsonObject } from '../core/json.ts'

/** The one root field of a subscription. */
export function rootField(document: DocumentNode, { selectionSet }: OperationDefinitionNode): FieldNode | undefined {
  const first = (set: SelectionSetNode): FieldNode | undefined => {
    for (const selection of set.selections) {
      const found =
        selection.kind === Kind.FIELD
          ? selection
          : first(selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : fragment(selection.name.value))
      if (found) return found
    }
    return undefined
  }
  const fragment = (name: string): SelectionSetNode =>
    document.definitions.find(
      (one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name,
    )?.selectionSet ?? { kind: Kind.SELECTION_SET, selections: [] }
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
          const { selections } = selectKey(schema, getNamedType(type), key)
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

function selectKey(
  schema: GraphQLSchema,
  type: GraphQLNamedOutputType,
  [name, ...rest]: readonly string[],
): SelectionSetNode {
  if (name === undefined) return { kind: Kind.SELECTION_SET, selections: [] }
  const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined
  if (!field && isAbstractType(type))
    return {
      kind: Kind.SELECTION_SET,
      selections: schema.getPossibleTypes(type).map((one) => ({
        kind: Kind.INLINE_FRAGMENT,
        typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: one.name } },
        selectionSet: selectKey(schema, one, [name, ...rest]),
      })),
    }
  if (!field) throw new Error(`${type.name} has no field ${name}`)
  return {
    kind: Kind.SELECTION_SET,
    selections: [
      {
        kind: Kind.FIELD,
        name: { kind: Kind.NAME, value: name },
        ...(rest.length > 0 && { selectionSet: selectKey(schema, getNamedType(field.type), rest) }),
      },
    ],
  }
}
