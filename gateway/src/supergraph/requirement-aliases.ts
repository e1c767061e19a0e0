/**
 * Apollo's planner identifies fields by name, and requests @external fields like any others. So it merges `price(currency: "USD")`,
 * which one field `@requires`, with `price(currency: "EUR")`, which another field requires or the client selects; and it may request a
 * required field from a subgraph that only mentions it. Therefore required fields to which that can happen get an alias field in the
 * supergraph that is used for planning, in the subgraphs that resolve the field and in the one that requires it. Requests to subgraphs
 * have the real field again.
 */
import {
  type ArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  type TypeNode,
  visit,
} from 'graphql'
import { operationIn } from '../core/documents.ts'
import { joins } from './directives.ts'

type Composite = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode

interface RequirementAlias {
  readonly name: string
  readonly field: string
  readonly arguments: readonly ArgumentNode[]
  /** The subgraph that requires it. */
  readonly graph: string
}

export function addRequirementAliases(supergraph: DocumentNode) {
  const types = new Map<string, Composite>()
  for (const definition of supergraph.definitions)
    if (isComposite(definition)) types.set(definition.name.value, definition)
  const known = new Map<string, RequirementAlias>()
  /** The aliases of each type. */
  const places = new Map<string, Set<RequirementAlias>>()

  const aliasOf = (graph: string, type: string, { name: { value: field }, arguments: given = [] }: FieldNode) => {
    const key = `${graph} ${field}(${given.map(print).join()})`
    const one = known.get(key) ?? { name: `_r${known.size}_${field}`, field, arguments: given, graph }
    known.set(key, one)
    for (const place of [type, ...implementers(types, type)])
      places.set(place, (places.get(place) ?? new Set<RequirementAlias>()).add(one))
    return one.name
  }

  /** A requirement of `graph` on `type`, with aliases where it needs them. */
  const replace = (graph: string, set: SelectionSetNode, type: string): SelectionSetNode => ({
    ...set,
    selections: set.selections.map((selection): SelectionNode => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return selection
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value ?? type
        return { ...selection, selectionSet: replace(graph, selection.selectionSet, condition) }
      }
      const definition = types.get(type)?.fields?.find(({ name }) => name.value === selection.name.value)
      if (!definition) return selection
      const selectionSet = selection.selectionSet && replace(graph, selection.selectionSet, named(definition.type))
      const below = selectionSet && { selectionSet }
      if (!selection.arguments?.length && !isMentionedElsewhere(definition, graph)) return { ...selection, ...below }
      return { kind: Kind.FIELD, name: { kind: Kind.NAME, value: aliasOf(graph, type, selection) }, ...below }
    }),
  })

  const replaced = visit(supergraph, {
    ObjectTypeDefinition: (type) => withRequirements(type, replace),
    InterfaceTypeDefinition: (type) => withRequirements(type, replace),
  })
  if (known.size === 0)
    return { supergraph, schemaName: (name: string) => name, restore: (operation: string) => operation }

  const withAliases = (type: Composite): Composite => ({
    ...type,
    fields: type.fields?.flatMap((field) => [
      field,
      ...[...(places.get(type.name.value) ?? [])]
        .filter((one) => one.field === field.name.value)
        .map((one) => definitionOf(one, field)),
    ]),
  })
  const byName = new Map([...known.values()].map((one) => [one.name, one]))

  return {
    /** The supergraph for planning; the same document when no field needs an alias. */
    supergraph: visit(replaced, { ObjectTypeDefinition: withAliases, InterfaceTypeDefinition: withAliases }),
    /** The name in the schema of a field of a plan. */
    schemaName: (name: string) => byName.get(name)?.field ?? name,
    /** An operation of a plan with the real fields. */
    restore: (operation: string) => restore(operation, byName),
  }
}

/** Whether a subgraph other than `graph` has the field without resolving it. */
const isMentionedElsewhere = (field: FieldDefinitionNode, graph: string): boolean =>
  joins(field.directives, 'join__field').some((join) => join['external'] === 'true' && join['graph'] !== graph)

const definitionOf = ({ name, graph }: RequirementAlias, field: FieldDefinitionNode): FieldDefinitionNode => ({
  ...field,
  name: { kind: Kind.NAME, value: name },
  arguments: [],
  directives: field.directives?.filter((directive) => {
    const [join] = joins([directive], 'join__field')
    return !(join?.['external'] === 'true' && join['graph'] !== graph)
  }),
})

function restore(operation: string, aliases: ReadonlyMap<string, RequirementAlias>): string {
  let found = false
  const restored = visit(parse(operation, { noLocation: true }), {
    Field: (node) => {
      const alias = aliases.get(node.name.value)
      if (!alias) return undefined
      found = true
      const name = { kind: Kind.NAME, value: alias.field } as const
      return { ...node, alias: node.alias ?? node.name, name, arguments: alias.arguments }
    },
  })
  return found ? stripIgnoredCharacters(print(restored)) : operation
}

const isComposite = (node: { readonly kind: Kind }): node is Composite =>
  node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION

const implementers = (types: ReadonlyMap<string, Composite>, type: string): string[] =>
  [...types.values()]
    .filter(({ interfaces }) => interfaces?.some(({ name }) => name.value === type))
    .map(({ name }) => name.value)

const named = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : named(type.type))

type Replace = (graph: string, set: SelectionSetNode, type: string) => SelectionSetNode

const withRequirements = <T extends Composite>(type: T, replace: Replace): T => ({
  ...type,
  fields: type.fields?.map((field) => ({
    ...field,
    directives: field.directives?.map((directive) => withRequirement(directive, type.name.value, replace)),
  })),
})

function withRequirement(directive: ConstDirectiveNode, type: string, replace: Replace): ConstDirectiveNode {
  const [join] = joins([directive], 'join__field')
  const { graph, requires } = join ?? {}
  if (!graph || !requires) return directive
  const { selectionSet } = operationIn(`{${requires}}`)
  const value = stripIgnoredCharacters(print(replace(graph, selectionSet, type))).slice(1, -1)
  return {
    ...directive,
    arguments: directive.arguments?.map((argument) =>
      argument.name.value === 'requires' ? { ...argument, value: { kind: Kind.STRING, value } } : argument,
    ),
  }
}
