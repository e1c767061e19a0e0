import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  getNamedType,
  type InlineFragmentNode,
  isAbstractType,
  Kind,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import type { Access, Rule } from '../supergraph/access.ts'

/**
 * The access rules of all fields and type conditions that the document selects; and these with the rules of the types and fields that
 * an interface or a union in it may resolve to.
 */
export function rulesOf(schema: GraphQLSchema, access: Access, document: DocumentNode) {
  const selected = new Set<Rule>()
  const others = new Set<Rule>()
  if (access.isUnrestricted) return { selected: [], possible: [] }
  const add = (rules: Set<Rule>, found: readonly Rule[]) => {
    for (const rule of found) rules.add(rule)
  }
  const possible = (type: unknown) => (isAbstractType(type) ? schema.getPossibleTypes(type) : [])
  const info = new TypeInfo(schema)
  const addCondition = () => add(selected, conditionRules(info, access))
  visit(
    document,
    visitWithTypeInfo(info, {
      Field: ({ name }) => {
        add(selected, fieldRules(info, access))
        for (const { name: type } of possible(info.getParentType())) add(others, access.ofField(type, name.value))
        for (const { name: type } of possible(getNamedType(info.getType()))) add(others, access.ofType(type))
      },
      InlineFragment: addCondition,
      FragmentDefinition: addCondition,
    }),
  )
  return { selected: [...selected], possible: [...new Set([...selected, ...others])] }
}

/** The document without what the `denied` rules refuse: subgraphs are not asked for what the viewer may not see. */
export function withoutDenied(
  schema: GraphQLSchema,
  access: Access,
  document: DocumentNode,
  denied: ReadonlySet<Rule>,
): DocumentNode {
  const info = new TypeInfo(schema)
  const isDenied = (rules: readonly Rule[]) => rules.some((rule) => denied.has(rule))
  return visit(
    document,
    visitWithTypeInfo(info, {
      Field: (_: FieldNode) => (isDenied(fieldRules(info, access)) ? null : undefined),
      InlineFragment: (_: InlineFragmentNode) => (isDenied(conditionRules(info, access)) ? null : undefined),
      FragmentDefinition: (node) =>
        isDenied(conditionRules(info, access)) ? { ...node, selectionSet: nothing } : undefined,
      SelectionSet: { leave: (node) => (node.selections.length === 0 ? nothing : undefined) },
    }),
  )
}

/** A selection must not be empty. */
const nothing: SelectionSetNode = {
  kind: Kind.SELECTION_SET,
  selections: [{ kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }],
}

function fieldRules(info: TypeInfo, access: Access): readonly Rule[] {
  const [parent, field, type] = [info.getParentType(), info.getFieldDef(), info.getType()]
  if (!parent || !field || !type) return []
  return [...access.ofField(parent.name, field.name), ...access.ofType(getNamedType(type).name)]
}

const conditionRules = (info: TypeInfo, access: Access): readonly Rule[] => {
  const type = info.getType()
  return type ? access.ofType(getNamedType(type).name) : []
}
