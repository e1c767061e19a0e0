/** The error of a satellite position between buildings. */
import { gaussian, type Random } from './random.ts'

/** Metres: standard deviation and bound of the error; and the share of it that stays with the next measurement. */
const deviation = 1.5
const bound = 6
const inertia = 0.98

/** Metres. */
export interface PositionError {
  readonly east: number
  readonly north: number
}

export const newError = (random: Random): PositionError => next({ east: 0, north: 0 }, 0, random)

/** Much like the last error, and never beyond the bound. */
export const nextError = (last: PositionError, random: Random): PositionError => next(last, inertia, random)

function next(last: PositionError, share: number, random: Random): PositionError {
  const fresh = deviation * Math.sqrt(1 - share ** 2)
  const east = last.east * share + gaussian(random) * fresh
  const north = last.north * share + gaussian(random) * fresh
  const tooFar = Math.max(1, Math.hypot(east, north) / bound)
  return { east: east / tooFar, north: north / tooFar }
}
