import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql'
import { operationIn } from '../core/documents.ts'
import { joins } from './directives.ts'

/** Leaves of a field set, as dotted paths of field names: `a { b c }` is `a.b` and `a.c`. */
export type FieldPaths = readonly string[]

/** What subgraphs need in representations, read from the supergraph's join directives. */
export function readRequirements(supergraph: DocumentNode) {
  const names = graphNames(supergraph)
  const required = new Map<string, FieldPaths>()
  const keys = new Map<string, FieldPaths[]>()

  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue
    const type = definition.name.value
    for (const { graph, key, resolvable } of joins(definition.directives, 'join__type')) {
      if (!graph || !key || resolvable === 'false') continue
      const at = `${names.get(graph)} ${type}`
      keys.set(at, [...(keys.get(at) ?? []), fieldPaths(key)])
    }
    for (const field of definition.fields ?? [])
      for (const { graph, requires } of joins(field.directives, 'join__field'))
        if (graph && requires) required.set(`${names.get(graph)} ${type}.${field.name.value}`, fieldPaths(requires))
  }

  return {
    /** What `type.field` of a subgraph `@requires`; undefined when nothing. */
    of: (subgraph: string, type: string, field: string) => required.get(`${subgraph} ${type}.${field}`),
    /** The keys by which a subgraph resolves a type. */
    keys: (subgraph: string, type: string): readonly FieldPaths[] => keys.get(`${subgraph} ${type}`) ?? [],
  }
}

/** `join__Graph` enum value to subgraph name. */
function graphNames(supergraph: DocumentNode): Map<string, string> {
  const names = new Map<string, string>()
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || definition.name.value !== 'join__Graph') continue
    for (const value of definition.values ?? [])
      for (const { name } of joins(value.directives, 'join__graph')) if (name) names.set(value.name.value, name)
  }
  return names
}

const fieldPaths = (fieldSet: string): FieldPaths => leaves(operationIn(`{${fieldSet}}`).selectionSet, '')

function leaves(set: SelectionSetNode, prefix: string): string[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.INLINE_FRAGMENT) return leaves(selection.selectionSet, prefix)
    if (selection.kind === Kind.FRAGMENT_SPREAD) return []
    const path = prefix + selection.name.value
    return selection.selectionSet ? leaves(selection.selectionSet, `${path}.`) : [path]
  })
}
