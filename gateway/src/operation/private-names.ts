/**
 * A client may give any field any alias: `{ product { weight: id shipping } }`. What the planner adds for itself (keys, requirements)
 * uses the names of the schema in the same objects. It would read the client's `weight`, so the client could decide what a subgraph
 * receives. Therefore fields with an alias or arguments are planned under a unique private name, and get the client's name when the
 * response is built.
 */
import { type DocumentNode, type FieldNode, Kind, print, visit } from 'graphql'

export function givePrivateNames(document: DocumentNode) {
  const names = new Map<string, string>()

  /** The name under which a field of the client's document is found in the data. */
  const nameOf = (field: FieldNode): string => {
    const name = field.name.value
    if (name.startsWith('__')) return (field.alias ?? field.name).value
    if (!field.alias && !field.arguments?.length) return name
    // Fields that GraphQL merges share a name: the same field with the same arguments.
    const key = `${field.alias?.value ?? ''}:${name}(${field.arguments?.map(print).join()})`
    const given = names.get(key) ?? `_${names.size}_${name}`
    names.set(key, given)
    return given
  }

  return {
    nameOf,
    /** The document as it is planned. */
    document: visit(document, {
      Field: (node) => {
        const value = nameOf(node)
        if (node.name.value === '__typename' && node.alias) return { kind: Kind.FIELD, name: node.name }
        return value === (node.alias ?? node.name).value ? undefined : { ...node, alias: { kind: Kind.NAME, value } }
      },
    }),
  }
}
