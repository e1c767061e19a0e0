import { isUuid, type Viewer } from '@holdfast/service/identity'
import DataLoader from 'dataloader'
import type { Booking } from './domain/booking.ts'
import type { Price } from './domain/price.ts'
import type { Whose } from './store/bookings.ts'
import type { Wiring } from './wiring.ts'

/** A vehicle as booking knows it: by its public id. */
export interface VehicleRef {
  readonly id: string
}

/** Per request or subscription; what it loads is loaded for this viewer. */
export interface Context {
  readonly viewer: Viewer
  readonly commands: Wiring['commands']
  readonly reads: Wiring['reads']
  /** The booking as this viewer may see it; null also for another customer's. */
  readonly bookings: DataLoader<string, Booking | null>
  /** By public id. */
  readonly prices: DataLoader<string, Price | null>
}

/** Whose bookings the viewer may see; null when nobody's. */
export function whoseFor(viewer: Viewer): Whose | null {
  if (viewer.role === 'operator') return 'everybody'
  return viewer.role === 'customer' && isUuid(viewer.id) ? { customerId: viewer.id } : null
}

// Gathers what is asked at once, and remembers nothing: a subscription's context lives for hours.
const fresh = { cache: false } as const

export const contextFor =
  ({ commands, reads }: Wiring) =>
  (viewer: Viewer): Context => ({
    viewer,
    commands,
    reads,
    bookings: new DataLoader(async (ids) => {
      const whose = whoseFor(viewer)
      const bookings = whose ? await reads.bookingsById(whose, ids.filter(isUuid)) : []
      const byId = new Map(bookings.map((booking) => [booking.id, booking]))
      return ids.map((id) => byId.get(id.toLowerCase()) ?? null)
    }, fresh),
    prices: new DataLoader(async (ids) => {
      const prices = await reads.pricesOf(ids.filter(isUuid))
      return ids.map((id) => prices.get(id.toLowerCase()) ?? null)
    }, fresh),
  })
