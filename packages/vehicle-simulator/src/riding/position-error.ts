import { gaussian, type Random } from './random.ts'

/** Metres: standard deviation and bound of the error of a satellite position between buildings. */
const deviation = 1.5
const bound = 6
/** The share of an error that stays with the next measurement. */
const inertia = 0.98

/** Metres. */
export interface PositionError {
  readonly east: number
  readonly north: number
}

/** The next error: much like the last one when there is one, and never beyond the bound. */
export function nextError(last: PositionError | null, random: Random): PositionError {
  const share = last ? inertia : 0
  const fresh = deviation * Math.sqrt(1 - share ** 2)
  const east = (last?.east ?? 0) * share + gaussian(random) * fresh
  const north = (last?.north ?? 0) * share + gaussian(random) * fresh
  const tooFar = Math.max(1, Math.hypot(east, north) / bound)
  return { east: east / tooFar, north: north / tooFar }
}
