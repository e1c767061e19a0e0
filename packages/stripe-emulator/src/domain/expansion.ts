import { invalidRequest } from './errors.ts'
import type { ApiObject, ApiObjects } from './objects.ts'
import { accept, type Outcome, refuse } from './outcome.ts'

/** Which members of which object hold an id that can be replaced by the object. */
const expandable: { readonly [K in keyof ApiObjects]: Readonly<Record<string, keyof ApiObjects>> } = {
  balance_transaction: {},
  charge: {
    balance_transaction: 'balance_transaction',
    customer: 'customer',
    payment_intent: 'payment_intent',
  },
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

/** The paths without the `data.` of a list, or why one of them cannot be expanded. */
export function expansions(
  paths: readonly string[],
  of: keyof ApiObjects,
  inList: boolean,
): Outcome<readonly string[][]> {
  const accepted: string[][] = []
  for (const path of paths) {
    const steps = path.split('.')
    const inside = inList && steps[0] === 'data' ? steps.slice(1) : steps
    let kind: keyof ApiObjects | undefined = inList && steps[0] !== 'data' ? undefined : of
    for (const step of inside) {
      const members: Readonly<Record<string, keyof ApiObjects>> = kind ? expandable[kind] : {}
      kind = Object.hasOwn(members, step) ? members[step] : undefined
    }
    if (!kind || inside.length === 0) {
      return refuse(invalidRequest(`This property cannot be expanded (${path}).`, { param: 'expand' }))
    }
    if (steps.length > deepest) {
      return refuse(
        invalidRequest(`You cannot expand more than ${deepest} levels of a property (${path}).`, { param: 'expand' }),
      )
    }
    accepted.push(inside)
  }
  return accept(accepted)
}

/** A copy with the ids on these paths replaced by what `find` has for them. */
export function expanded(
  object: ApiObject,
  paths: readonly (readonly string[])[],
  find: (kind: keyof ApiObjects, id: string) => ApiObject | undefined,
): ApiObject {
  return paths.reduce<ApiObject>((whole, path) => expandOne(whole, path, find), object)
}

function expandOne(
  object: ApiObject,
  [step, ...rest]: readonly string[],
  find: (kind: keyof ApiObjects, id: string) => ApiObject | undefined,
): ApiObject {
  if (step === undefined) return object
  const kind = expandable[object.object][step]
  const held = (object as unknown as Record<string, unknown>)[step]
  // A second path through the same member finds it expanded already.
  const found = typeof held === 'string' && kind ? find(kind, held) : (held as ApiObject | null | undefined)
  return found ? ({ ...object, [step]: expandOne(found, rest, find) } as ApiObject) : object
}
