/**
 * The shape of an operation's response: which fields an object of each type has, in the client's order, and what may be null. Compiled
 * once per operation and set of `@include`/`@skip` conditions.
 */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLEnumType,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import type { Access, Rule } from '../supergraph/access.ts'

export type Shape =
  | { readonly kind: 'leaf'; readonly type: string; readonly nonNull: boolean; readonly read: ReadLeaf }
  | { readonly kind: 'list'; readonly type: string; readonly nonNull: boolean; readonly items: Shape }
  | { readonly kind: 'object'; readonly type: string; readonly nonNull: boolean; readonly selection: Selection }

/** The value as the client gets it; undefined when it is not of the type. */
export type ReadLeaf = (value: unknown) => unknown

export interface Field {
  /** Name in the response. */
  readonly name: string
  /** Name in the data. */
  readonly source: string
  /** `Type.field`, for messages. */
  readonly coordinate: string
  readonly shape: Shape
  /** What a viewer must satisfy to see it. */
  readonly rules: readonly Rule[]
}

export interface Selection {
  /** The fields of an object with this `__typename`; undefined when the client's schema has no such object. */
  fields(typename: unknown): readonly Field[] | undefined
  /** What a viewer must satisfy to see an object of this type. */
  rules(typename: unknown): readonly Rule[]
}

type Composite = GraphQLObjectType | GraphQLInterfaceType

interface Compiling {
  readonly schema: GraphQLSchema
  readonly access: Access
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  /** The name under which a field of the document is found in the data. */
  readonly nameOf: (field: FieldNode) => string
  /** Values of the variables in conditions. */
  readonly conditions: Readonly<Record<string, unknown>>
}

/** The shape of the operation's root object. */
export function compileShape(compiling: Compiling, root: GraphQLObjectType, selectionSet: SelectionSetNode): Shape {
  return { kind: 'object', type: root.name, nonNull: false, selection: selectionOf(compiling, root, [selectionSet]) }
}

function selectionOf(compiling: Compiling, type: GraphQLNamedType, sets: readonly SelectionSetNode[]): Selection {
  if (isObjectType(type)) {
    let fields: readonly Field[] | undefined
    return {
      fields: () => {
        fields ??= fieldsOf(compiling, type, type.name, sets)
        return fields
      },
      rules: () => compiling.access.ofType(type.name),
    }
  }
  const byType = new Map<string, readonly Field[]>()
  return {
    fields: (typename) => {
      const known = byType.get(String(typename))
      if (known) return known
      // An interface object of unknown type names the interface: the fields that all its types share are known.
      const named = typename === undefined ? type : compiling.schema.getType(String(typename))
      if (!(isObjectType(named) || isInterfaceType(named)) || !isKindOf(compiling.schema, named, type)) return undefined
      const fields = fieldsOf(compiling, named, type.name, sets)
      byType.set(String(typename), fields)
      return fields
    },
    rules: (typename) => [...compiling.access.ofType(type.name), ...compiling.access.ofType(String(typename))],
  }
}

/** A selected field, and the type on which it was selected. */
interface Occurrence {
  readonly node: FieldNode
  readonly on: string
}

/** The fields of an object of `type` that `sets` select on an object of the type `on`. */
function fieldsOf(
  compiling: Compiling,
  type: Composite,
  on: string,
  sets: readonly SelectionSetNode[],
): readonly Field[] {
  const found = new Map<string, Occurrence[]>()
  for (const set of sets) collect(compiling, type, on, set, found, new Set())
  return [...found].map(([name, same]): Field => {
    const nodes = same.map(({ node }) => node)
    const field = nodes[0]?.name.value ?? ''
    return {
      name,
      source: nodes[0] ? compiling.nameOf(nodes[0]) : name,
      coordinate: `${type.name}.${field}`,
      shape: shapeOfField(compiling, type, field, nodes),
      rules: rulesOf(compiling, type, field, same),
    }
  })
}

function rulesOf(
  { access }: Compiling,
  type: Composite,
  field: string,
  occurrences: readonly Occurrence[],
): readonly Rule[] {
  const named = type.getFields()[field]?.type
  const ways = occurrences.map(({ on }) => access.ofField(on, field))
  // A field may have more rules on an interface than on one of its types; the selection with the fewest rules counts.
  const way = ways.reduce((least, one) => (one.length < least.length ? one : least), ways[0] ?? [])
  return [
    ...new Set([
      ...access.ofField(type.name, field),
      ...way,
      ...(named ? access.ofType(getNamedType(named).name) : []),
    ]),
  ]
}

function shapeOfField(compiling: Compiling, type: Composite, field: string, nodes: readonly FieldNode[]): Shape {
  if (field === '__typename')
    return { kind: 'leaf', type: 'String', nonNull: true, read: () => (isObjectType(type) ? type.name : undefined) }
  if (field === '__schema' || field === '__type')
    return { kind: 'leaf', type: field, nonNull: false, read: (value) => value } // Answered whole by introspection.
  const definition = type.getFields()[field]
  if (!definition) throw new Error(`${type.name} has no field ${field}`)
  return shapeOf(
    compiling,
    definition.type,
    nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
  )
}

function shapeOf(compiling: Compiling, type: GraphQLOutputType, sets: readonly SelectionSetNode[]): Shape {
  const nonNull = isNonNullType(type)
  const nullable = getNullableType(type)
  if (isListType(nullable))
    return { kind: 'list', type: String(nullable), nonNull, items: shapeOf(compiling, nullable.ofType, sets) }
  const named = getNamedType(type)
  if (isLeafType(named)) return { kind: 'leaf', type: named.name, nonNull, read: leafReader(named) }
  return { kind: 'object', type: named.name, nonNull, selection: selectionOf(compiling, named, sets) }
}

function collect(
  compiling: Compiling,
  type: Composite,
  on: string,
  set: SelectionSetNode,
  found: Map<string, Occurrence[]>,
  seen: Set<object>,
): void {
  for (const selection of set.selections) {
    if (!isIncluded(compiling, selection)) continue
    if (selection.kind === Kind.FIELD) {
      const name = (selection.alias ?? selection.name).value
      const same = found.get(name)
      if (same) same.push({ node: selection, on })
      else found.set(name, [{ node: selection, on }])
      continue
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : compiling.fragments.get(selection.name.value)
    if (!fragment || seen.has(fragment)) continue
    seen.add(fragment)
    const condition = fragment.typeCondition?.name.value
    if (condition === undefined || isKindOf(compiling.schema, type, compiling.schema.getType(condition)))
      collect(compiling, type, condition ?? on, fragment.selectionSet, found, seen)
  }
}

function isKindOf(schema: GraphQLSchema, type: Composite, kind: GraphQLNamedType | undefined): boolean {
  return type === kind || (isAbstractType(kind) && schema.isSubType(kind, type))
}

function isIncluded(compiling: Compiling, { directives = [] }: SelectionNode): boolean {
  for (const { name, arguments: given } of directives) {
    if (name.value !== 'include' && name.value !== 'skip') continue
    const value = given?.[0]?.value
    const holds =
      value?.kind === Kind.VARIABLE
        ? compiling.conditions[value.name.value] === true
        : value?.kind === Kind.BOOLEAN && value.value
    if (holds !== (name.value === 'include')) return false
  }
  return true
}

const enumReaders = new WeakMap<GraphQLEnumType, ReadLeaf>()

function leafReader(type: GraphQLNamedType): ReadLeaf {
  if (!isEnumType(type)) return scalarReaders.get(type.name) ?? ((value) => value)
  const reader = enumReaders.get(type) ?? enumReader(type)
  enumReaders.set(type, reader)
  return reader
}

const scalarReaders = new Map<string, ReadLeaf>([
  ['String', (value) => (typeof value === 'string' ? value : undefined)],
  ['Boolean', (value) => (typeof value === 'boolean' ? value : undefined)],
  ['Int', (value) => (Number.isInteger(value) ? value : undefined)],
  ['Float', (value) => (typeof value === 'number' ? value : undefined)],
  ['ID', (value) => (typeof value === 'string' ? value : Number.isInteger(value) ? String(value) : undefined)],
])

function enumReader(type: GraphQLEnumType): ReadLeaf {
  const values = new Set(type.getValues().map(({ name }) => name))
  return (value) => (typeof value === 'string' && values.has(value) ? value : undefined)
}
