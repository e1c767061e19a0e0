import type { PlanNode, SubscriptionNode } from '@apollo/query-planner'
import { parsePlanPath } from '../core/plan-path.ts'
import { type Amount, amountOf, product, sum } from './amount.ts'

/** A field in the response, by the name under which it is planned. */
export interface Place {
  readonly points: Amount
  /** Per object that it is on. */
  readonly items: Amount
  readonly below: Places
}
export type Places = ReadonlyMap<string, Place>

/** How many entities a plan looks up in other subgraphs: those at the paths of its entity fetches. */
export function lookups(node: PlanNode | SubscriptionNode | undefined, places: Places, listSize: number): Amount {
  switch (node?.kind) {
    case 'Sequence':
    case 'Parallel':
      return sum(node.nodes.map((one) => lookups(one, places, listSize)))
    case 'Subscription':
      return lookups(node.rest, places, listSize)
    case 'Condition': {
      const yes = lookups(node.ifClause, places, listSize)
      const no = lookups(node.elseClause, places, listSize)
      return (variables) => amountOf(variables[node.condition] === true ? yes : no, variables)
    }
    case 'Flatten':
      return objectsAt(node.path, places, listSize)
    default:
      return 0
  }
}

/** What the planner fetches for itself has no place in the response; its lists are assumed to have `listSize` items. */
function objectsAt(path: readonly (string | number)[], places: Places, listSize: number): Amount {
  const counts: Amount[] = []
  let below: Places | undefined = places
  let items: Amount | undefined
  for (const element of parsePlanPath(path)) {
    if (element.kind === 'field') {
      const place: Place | undefined = below?.get(element.name)
      below = place?.below
      items = place?.items
    } else if (element.kind === 'items') {
      counts.push(items ?? listSize)
      items = undefined
    }
  }
  return product(counts)
}
