import { distance, type Place } from './place.ts'

/** Milliseconds a vehicle's clock may be ahead of the server's. */
const clockTolerance = 30_000
/** Milliseconds. An older position does not say where the vehicle is. */
const maxAge = 10 * 60_000
/** A jump is farther than this many metres at more than this many metres per second: no vehicle does that, GPS does. */
const jumpMeters = 500
const jumpSpeed = 100

export interface Fix extends Place {
  readonly at: number
  readonly epoch: string
  /** Of the batch it came in. */
  readonly seq: number
}

export type DropReason = 'FUTURE' | 'OLD' | 'NOWHERE' | 'DUPLICATE' | 'JUMP'

/**
 * Why a position is not believed (after Traccar's filter), null when it is. A vehicle that really was carried away is
 * believed as soon as enough time has passed for a possible speed.
 */
export function reasonToDrop(fix: Fix, last: Fix | undefined, now: number): DropReason | null {
  if (fix.at > now + clockTolerance) return 'FUTURE'
  if (fix.at < now - maxAge) return 'OLD'
  // Null Island: a receiver without a fix.
  if (fix.latitude === 0 && fix.longitude === 0) return 'NOWHERE'
  if (!last) return null
  if (fix.epoch === last.epoch && fix.seq <= last.seq) return 'DUPLICATE'
  const meters = distance(fix, last)
  const seconds = Math.max(0.001, (fix.at - last.at) / 1_000)
  return meters > jumpMeters && meters / seconds > jumpSpeed ? 'JUMP' : null
}
