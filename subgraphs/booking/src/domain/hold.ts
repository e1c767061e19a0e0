/** An alternative to a bookable that cannot be held: of the same kind, and free when it was read. */
export interface Alternative {
  /** Its public id. */
  readonly id: string
}

interface Unavailable<Kind extends string> {
  readonly kind: Kind
  readonly ids: readonly string[]
  readonly alternatives: readonly Alternative[]
}

export type HoldRefusal =
  | {
      readonly kind: 'AlreadyTaken'
      readonly takenIds: readonly string[]
      readonly alternatives: readonly Alternative[]
    }
  | { readonly kind: 'BookableNotFound'; readonly ids: readonly string[] }
  | Unavailable<'VehicleOffline'>
  | Unavailable<'VehicleWithdrawn'>
  | { readonly kind: 'TooManyHolds'; readonly limit: number }
  | { readonly kind: 'HoldsTooFast'; readonly retryAt: Date }
  | { readonly kind: 'CoolingDown'; readonly retryAt: Date }
  | { readonly kind: 'TooManyItems'; readonly limit: number }
  | { readonly kind: 'RequestIdReused' }

/** A bookable as a refused hold finds it. */
export interface RequestedBookable {
  readonly publicId: string
  readonly withdrawn: boolean
  readonly offline: boolean
  readonly free: boolean
}

/** What prevents a hold, apart from limits of the customer. */
export type Obstacle =
  | { readonly kind: 'TooManyItems'; readonly limit: number }
  | { readonly kind: 'BookableNotFound'; readonly ids: readonly string[] }
  | { readonly kind: 'VehicleWithdrawn' | 'VehicleOffline' | 'AlreadyTaken'; readonly ids: readonly string[] }

/**
 * The obstacle that lasts longest: wrong items, unknown ids, out of service, out of contact, taken, in this order. Null when
 * there is none any more: the hold can be tried again.
 */
export function obstacleTo(
  requestedIds: readonly string[],
  found: readonly RequestedBookable[],
  limit: number,
): Obstacle | null {
  if (requestedIds.length > limit || new Set(requestedIds).size < requestedIds.length)
    return { kind: 'TooManyItems', limit }
  const known = new Set(found.map(({ publicId }) => publicId))
  const unknown = requestedIds.filter((id) => !known.has(id))
  if (unknown.length > 0) return { kind: 'BookableNotFound', ids: unknown }
  const idsWhere = (is: (bookable: RequestedBookable) => boolean) => found.filter(is).map(({ publicId }) => publicId)
  const obstacles = [
    { kind: 'VehicleWithdrawn', ids: idsWhere(({ withdrawn }) => withdrawn) },
    { kind: 'VehicleOffline', ids: idsWhere(({ offline }) => offline) },
    { kind: 'AlreadyTaken', ids: idsWhere(({ free }) => !free) },
  ] as const
  return obstacles.find(({ ids }) => ids.length > 0) ?? null
}
