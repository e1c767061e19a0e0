import type { ApiObject, ApiObjects } from './objects.ts'
import { accept, type Outcome, refuseInvalid } from './outcome.ts'

/** Which members of which object hold an id that can be replaced by the object. */
const expandable: { readonly [K in keyof ApiObjects]: Readonly<Record<string, keyof ApiObjects>> } = {
  balance_transaction: {},
  charge: { balance_transaction: 'balance_transaction', customer: 'customer', payment_intent: 'payment_intent' },
  customer: {},
  event: {},
  payment_intent: { customer: 'customer', latest_charge: 'charge', payment_method: 'payment_method' },
  payment_method: { customer: 'customer' },
  refund: {
    balance_transaction: 'balance_transaction',
    charge: 'charge',
    failure_balance_transaction: 'balance_transaction',
    payment_intent: 'payment_intent',
  },
  webhook_endpoint: {},
}

/** Expansions are at most four deep: https://docs.stripe.com/api/expanding_objects */
const deepest = 4

/** The paths to expand in an object of this kind, or why one of them cannot be expanded. */
export function expansions(
  paths: readonly string[],
  kind: keyof ApiObjects,
  inList: boolean,
): Outcome<readonly string[][]> {
  const accepted: string[][] = []
  for (const path of paths) {
    const refused = (why: string) => refuseInvalid(`${why} (${path}).`, { param: 'expand' })
    const steps = path.split('.')
    // In a list the objects are members of `data`.
    const inside = inList ? steps.slice(1) : steps
    let reached: keyof ApiObjects | undefined = inList && steps[0] !== 'data' ? undefined : kind
    for (const step of inside) {
      const members: Readonly<Record<string, keyof ApiObjects>> = reached ? expandable[reached] : {}
      reached = Object.hasOwn(members, step) ? members[step] : undefined
    }
    if (!reached || inside.length === 0) return refused('This property cannot be expanded')
    if (steps.length > deepest) return refused(`You cannot expand more than ${deepest} levels of a property`)
    accepted.push(inside)
  }
  return accept(accepted)
}

type Find = (kind: keyof ApiObjects, id: string) => ApiObject | undefined

/** A copy with the ids on these paths replaced by the objects that `find` has for them. */
export const expanded = (object: ApiObject, paths: readonly (readonly string[])[], find: Find): ApiObject =>
  paths.reduce<ApiObject>((whole, path) => expandOne(whole, path, find), object)

function expandOne(object: ApiObject, [step, ...rest]: readonly string[], find: Find): ApiObject {
  if (step === undefined) return object
  const kind = expandable[object.object][step]
  const value = (object as unknown as Record<string, unknown>)[step]
  // A second path through the same member finds it expanded already.
  const found = typeof value === 'string' && kind ? find(kind, value) : (value as ApiObject | null | undefined)
  return found ? ({ ...object, [step]: expandOne(found, rest, find) } as ApiObject) : object
}
