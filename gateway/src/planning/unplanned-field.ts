import type { PlanNode, SubscriptionNode } from '@apollo/query-planner'
import {
  type DocumentNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { fragmentsOf } from '../core/documents.ts'
import { fetchesOf } from './fetches.ts'

/**
 * A root field that the plan leaves out; undefined when there is none. The planner silently leaves out what it thinks no object can
 * have. Fields under a condition are not checked: leaving them out may be right.
 */
export function unplannedField(
  document: DocumentNode,
  definition: OperationDefinitionNode,
  plan: PlanNode | SubscriptionNode | undefined,
): string | undefined {
  const planned = new Set<string>()
  for (const { operation, requires } of fetchesOf(plan?.kind === 'Subscription' ? plan.primary : plan)) {
    if (requires) continue
    const fetched = parse(operation, { noLocation: true })
    for (const one of fetched.definitions)
      if (one.kind === Kind.OPERATION_DEFINITION)
        for (const name of names(fetched, one.selectionSet, () => true)) planned.add(name)
  }
  const selected = names(document, definition.selectionSet, ({ directives }) => !directives?.length)
  return selected.find((name) => !planned.has(name))
}

/** The names in the response of the fields for which `counts` is true, also in fragments for which it is. */
function names(
  document: DocumentNode,
  { selections }: SelectionSetNode,
  counts: (selection: SelectionNode) => boolean,
): readonly string[] {
  return selections.filter(counts).flatMap((selection) => {
    if (selection.kind === Kind.FIELD)
      return selection.name.value.startsWith('__') ? [] : [(selection.alias ?? selection.name).value]
    if (selection.kind === Kind.INLINE_FRAGMENT) return names(document, selection.selectionSet, counts)
    const fragment = fragmentsOf(document).get(selection.name.value)
    return fragment ? names(document, fragment.selectionSet, counts) : []
  })
}
