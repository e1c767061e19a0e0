import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  isCompositeType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  typeFromAST,
} from 'graphql'
import { fragmentsOf } from '../core/documents.ts'
import { type Amount, product } from './amount.ts'

/** A selection set or a selected field, and the type that it selects from. */
export interface Occurrence<Node extends SelectionSetNode | FieldNode> {
  readonly node: Node
  readonly parent: GraphQLCompositeType
  /** 1 when the request's `@include` and `@skip` keep it, else 0. */
  readonly present: Amount
}

/** Finds the fields of selection sets on one object by their names in the response, with fragments expanded. */
export function selectedIn(
  schema: GraphQLSchema,
  document: DocumentNode,
): (occurrences: readonly Occurrence<SelectionSetNode>[]) => ReadonlyMap<string, readonly Occurrence<FieldNode>[]> {
  const fragments = fragmentsOf(document)

  return (occurrences) => {
    const found = new Map<string, Occurrence<FieldNode>[]>()
    const visit = ({ node, parent, present }: Occurrence<SelectionSetNode>) => {
      for (const selection of node.selections) {
        const here = product([present, ...conditions(selection)])
        if (here === 0) continue
        if (selection.kind === Kind.FIELD) {
          const name = (selection.alias ?? selection.name).value
          found.set(name, [...(found.get(name) ?? []), { node: selection, parent, present: here }])
          continue
        }
        const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
        if (!fragment) continue
        const condition = fragment.typeCondition && typeFromAST(schema, fragment.typeCondition)
        visit({ node: fragment.selectionSet, parent: isCompositeType(condition) ? condition : parent, present: here })
      }
    }
    for (const occurrence of occurrences) visit(occurrence)
    return found
  }
}

const conditions = ({ directives = [] }: SelectionNode): readonly Amount[] =>
  directives.flatMap(({ name, arguments: given }): Amount[] => {
    const value = given?.[0]?.value
    if ((name.value !== 'include' && name.value !== 'skip') || !value) return []
    const present = (is: unknown) => ((is === true) === (name.value === 'include') ? 1 : 0)
    if (value.kind === Kind.BOOLEAN) return [present(value.value)]
    return value.kind === Kind.VARIABLE ? [(variables) => present(variables[value.name.value])] : []
  })
