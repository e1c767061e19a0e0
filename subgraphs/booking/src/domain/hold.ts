/** Why a hold was refused, said by what is true of the wanted things. */

/** Something of the same kind that was free when it was looked for. */
export interface Alternative {
  /** Its public id. */
  readonly id: string
}

export type HoldRefusal =
  | {
      readonly kind: 'AlreadyTaken'
      readonly takenIds: readonly string[]
      readonly alternatives: readonly Alternative[]
    }
  | { readonly kind: 'BookableNotFound'; readonly ids: readonly string[] }
  | { readonly kind: 'VehicleOffline'; readonly ids: readonly string[]; readonly alternatives: readonly Alternative[] }
  | {
      readonly kind: 'VehicleWithdrawn'
      readonly ids: readonly string[]
      readonly alternatives: readonly Alternative[]
    }
  | { readonly kind: 'TooManyHolds'; readonly limit: number }
  | { readonly kind: 'HoldsTooFast'; readonly retryAt: Date }
  | { readonly kind: 'CoolingDown'; readonly retryAt: Date }
  | { readonly kind: 'TooManyItems'; readonly limit: number }
  | { readonly kind: 'RequestIdReused' }

/** A wanted thing as it is found. */
export interface Found {
  readonly publicId: string
  readonly withdrawn: boolean
  readonly offline: boolean
  readonly free: boolean
}

/** What the things themselves say. */
export type Reason =
  | { readonly kind: 'TooManyItems'; readonly limit: number }
  | { readonly kind: 'BookableNotFound'; readonly ids: readonly string[] }
  | { readonly kind: 'VehicleWithdrawn' | 'VehicleOffline' | 'AlreadyTaken'; readonly ids: readonly string[] }

/**
 * The first reason that stands, in the order in which trying again helps less: a wrong cart, unknown ids, out of service,
 * out of contact, taken. Null when nothing stands in the way any more: try again.
 */
export function whyRefused(wanted: readonly string[], found: readonly Found[], limit: number): Reason | null {
  if (wanted.length > limit || new Set(wanted).size < wanted.length) return { kind: 'TooManyItems', limit }
  const known = new Set(found.map(({ publicId }) => publicId))
  const unknown = wanted.filter((id) => !known.has(id))
  if (unknown.length > 0) return { kind: 'BookableNotFound', ids: unknown }
  const those = (which: (thing: Found) => boolean) => found.filter(which).map(({ publicId }) => publicId)
  const reasons = [
    { kind: 'VehicleWithdrawn', ids: those(({ withdrawn }) => withdrawn) },
    { kind: 'VehicleOffline', ids: those(({ offline }) => offline) },
    { kind: 'AlreadyTaken', ids: those(({ free }) => !free) },
  ] as const
  return reasons.find(({ ids }) => ids.length > 0) ?? null
}
