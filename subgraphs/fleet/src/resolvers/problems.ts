import { type ProblemOf, problem } from '@holdfast/service/graphql'
import type { EndTripRefusal } from '../domain/endTrip.ts'
import { messageOf, type Refusal } from '../messages.ts'

/** A refusal as the schema shows it. */
export const problemOf = <R extends Refusal>(refusal: R): ProblemOf<R> => problem(refusal, messageOf(refusal))

/** A refused end of a trip: each blocker is shown as a problem too. */
export function endTripProblem(refusal: EndTripRefusal) {
  if (refusal.kind !== 'EndTripBlocked') return problemOf(refusal)
  return problem({ ...refusal, blockers: refusal.blockers.map(problemOf) }, messageOf(refusal))
}
