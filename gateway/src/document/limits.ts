import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'

/** How much one operation may ask. Fragments count wherever they are spread. */
export interface Limits {
  readonly tokens: number
  readonly depth: number
  readonly aliases: number
  readonly rootFields: number
  readonly directives: number
  /** Fields in all, fragments expanded: what the answer's size, planning and validation grow with. */
  readonly fields: number
  /** Points, as `cost/` counts them. */
  readonly cost: number
  /** Items of a list of which nobody says how long it is. */
  readonly listSize: number
  /** Items that a slicing argument may ask for: a list of leaves costs nothing however long it is. */
  readonly slice: number
}

export const defaultLimits: Limits = {
  tokens: 10_000,
  depth: 20,
  aliases: 30,
  rootFields: 20,
  directives: 50,
  fields: 2_000,
  cost: 10_000, // A point is an object, and an object from a second subgraph takes some ten microseconds: a tenth of a second.
  listSize: 10,
  slice: 10_000,
}

interface Extent {
  readonly depth: number
  readonly aliases: number
  readonly directives: number
  readonly fields: number
}

/** A limit that a document exceeds, and a sentence that says so. */
export interface Excess {
  readonly limit: string
  readonly message: string
}

/**
 * What is too much about the document; undefined when nothing is. An inline fragment is a level of its
 * own: validation goes as deep as they are nested. Runs before validation, some rules of which take quadratic time, so the
 * document may be anything that parses. Introspection is not counted into depth: tools ask it deep, and it is answered
 * from memory.
 */
export function excess(document: DocumentNode, limits: Limits): Excess | undefined {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  const known = new Map<string, Extent>()

  const ofFragment = (name: string, inside: ReadonlySet<string>): Extent => {
    const done = known.get(name)
    if (done) return done
    const fragment = fragments.get(name)
    // A spread of itself or of nothing is for validation to name.
    if (!fragment || inside.has(name)) return nothing
    const within = ofSet(fragment.selectionSet, new Set([...inside, name]))
    const extent = { ...within, directives: within.directives + countOf(fragment.directives) }
    known.set(name, extent)
    return extent
  }

  const ofSet = (set: SelectionSetNode, inside: ReadonlySet<string>): Extent => {
    let [depth, aliases, directives, fields] = [0, 0, 0, 0]
    for (const selection of set.selections) {
      const below =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? ofFragment(selection.name.value, inside)
          : selection.selectionSet
            ? ofSet(selection.selectionSet, inside)
            : nothing
      const isField = selection.kind === Kind.FIELD
      const isIntrospection = isField && (selection.name.value === '__schema' || selection.name.value === '__type')
      depth = Math.max(depth, isIntrospection ? 1 : below.depth + (selection.kind === Kind.FRAGMENT_SPREAD ? 0 : 1))
      aliases += below.aliases + (isField && selection.alias ? 1 : 0)
      directives += below.directives + countOf(selection.directives)
      fields += below.fields + (isField ? 1 : 0)
    }
    return { depth, aliases, directives, fields }
  }

  const ofOperation = ({ selectionSet, directives, variableDefinitions = [] }: OperationDefinitionNode): Extent => {
    const selected = ofSet(selectionSet, new Set())
    const onVariables = variableDefinitions.reduce((sum, variable) => sum + countOf(variable.directives), 0)
    return { ...selected, directives: selected.directives + countOf(directives) + onVariables }
  }

  for (const definition of document.definitions) {
    // Validation goes through fragments that nobody spreads, too.
    const extent =
      definition.kind === Kind.FRAGMENT_DEFINITION
        ? ofFragment(definition.name.value, new Set())
        : definition.kind === Kind.OPERATION_DEFINITION
          ? ofOperation(definition)
          : nothing
    const rootFields = definition.kind === Kind.OPERATION_DEFINITION ? rootFieldCount(definition, fragments) : 0
    if (extent.depth > limits.depth) return tooMuch('levels', extent.depth, limits.depth, 'levels deep')
    if (extent.aliases > limits.aliases) return tooMuch('aliases', extent.aliases, limits.aliases)
    if (rootFields > limits.rootFields) return tooMuch('root fields', rootFields, limits.rootFields)
    if (extent.directives > limits.directives) return tooMuch('directives', extent.directives, limits.directives)
    if (extent.fields > limits.fields) return tooMuch('fields', extent.fields, limits.fields)
  }
  return undefined
}

const countOf = (nodes: readonly unknown[] | undefined): number => nodes?.length ?? 0

const nothing: Extent = { depth: 0, aliases: 0, directives: 0, fields: 0 }

function rootFieldCount(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): number {
  const spread = new Set<string>()
  const count = (set: SelectionSetNode): number =>
    set.selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FIELD) return sum + 1
      if (selection.kind === Kind.INLINE_FRAGMENT) return sum + count(selection.selectionSet)
      const fragment = fragments.get(selection.name.value)
      if (!fragment || spread.has(selection.name.value)) return sum
      spread.add(selection.name.value)
      return sum + count(fragment.selectionSet)
    }, 0)
  return count(operation.selectionSet)
}

const tooMuch = (limit: string, has: number, allowed: number, what = limit): Excess => ({
  limit,
  message: `The operation is too large: ${has} ${what}, at most ${allowed} are allowed.`,
})
