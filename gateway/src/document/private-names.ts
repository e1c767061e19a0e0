/**
 * A client may call any field by any name, `{ product { weight: id shipping } }`. What the planner asks for itself (keys,
 * requirements) goes by the names of the schema and lies in the same objects: it would read the client's `weight`, and
 * the client could decide what a subgraph is told. So whatever the client calls otherwise, or asks with arguments, is
 * asked under a name that nothing else has, and called as the client wants when the answer is put together.
 */
import { type DocumentNode, type FieldNode, Kind, print, visit } from 'graphql'

export interface PrivateNames {
  /** The document as it is planned. */
  readonly document: DocumentNode
  /** The name under which a field of the client's document is found in the data. */
  nameOf(field: FieldNode): string
}

export function givePrivateNames(document: DocumentNode): PrivateNames {
  const names = new Map<string, string>()

  const nameOf = (field: FieldNode): string => {
    const name = field.name.value
    if (name.startsWith('__')) return (field.alias ?? field.name).value
    if (!field.alias && !field.arguments?.length) return name
    // One name for what may be merged, by GraphQL's own rule: the same field with the same arguments.
    const key = `${field.alias?.value ?? ''}:${name}(${field.arguments?.map(print).join()})`
    const given = names.get(key) ?? `_${names.size}_${name}`
    names.set(key, given)
    return given
  }

  return {
    nameOf,
    document: visit(document, {
      Field: (node) => {
        const value = nameOf(node)
        if (node.name.value === '__typename' && node.alias) return { kind: Kind.FIELD, name: node.name }
        return value === (node.alias ?? node.name).value ? undefined : { ...node, alias: { kind: Kind.NAME, value } }
      },
    }),
  }
}
