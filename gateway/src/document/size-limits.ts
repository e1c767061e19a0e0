import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { fragmentsOf } from '../core/documents.ts'
import type { RequestError } from '../core/errors.ts'
import type { Limits } from '../core/limits.ts'
import { operation as messages } from '../core/messages.ts'

const nothing = { depth: 0, aliases: 0, directives: 0, fields: 0 }
type Extent = Readonly<typeof nothing>

/**
 * The limit that a document exceeds; undefined when it exceeds none. It runs before validation, because some validation rules take
 * quadratic time, so the document may be anything that parses. An inline fragment counts as a level, because validation recurses into
 * it. Introspection does not count as depth: tools nest it deeply, and it is answered from memory.
 */
export function excess(document: DocumentNode, limits: Limits): RequestError | undefined {
  const fragments = fragmentsOf(document)
  const known = new Map<string, Extent>()

  const ofFragment = (name: string, inside: ReadonlySet<string>): Extent => {
    const done = known.get(name)
    if (done) return done
    const fragment = fragments.get(name)
    // Validation reports fragments that spread themselves or do not exist.
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
    // Validation also goes through fragments that are never spread.
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

const tooMuch = (limit: string, has: number, allowed: number, what = limit): RequestError => ({
  ...messages.tooLarge(has, what, allowed),
  limit,
})
