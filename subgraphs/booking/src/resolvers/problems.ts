import type { CancelBookingRefusal } from '../commands/cancelBooking.ts'
import type { ExtendHoldRefusal } from '../commands/extendHold.ts'
import type { HoldRefusal } from '../domain/hold.ts'

type Refusal = HoldRefusal | ExtendHoldRefusal | CancelBookingRefusal
type ProblemOf<R> = R extends { kind: infer Kind } ? R & { __typename: Kind; message: string } : never

/** A refusal as the schema shows it: its kind is the type's name and its facts are the type's fields. */
export const toProblem = <R extends Refusal>(refusal: R) =>
  ({ ...refusal, __typename: refusal.kind, message: sentence(refusal) }) as unknown as ProblemOf<R>

/** What people read: one sentence and the next step. */
function sentence(refusal: Refusal): string {
  switch (refusal.kind) {
    case 'AlreadyTaken':
      return 'Somebody else was faster. Take one of the alternatives nearby.'
    case 'BookableNotFound':
      return 'Nothing can be booked under this id any more; vehicles get a new one after each ride. Search again.'
    case 'VehicleOffline':
      return 'This vehicle has no radio contact and could not be unlocked. Take one of the alternatives nearby.'
    case 'VehicleWithdrawn':
      return 'This vehicle is out of service. Take one of the alternatives nearby.'
    case 'TooManyHolds':
      return `You hold the most you may at a time (${refusal.limit}). Pay for one, cancel one or let one run out.`
    case 'HoldsTooFast':
      return 'That were too many holds within a minute. Wait a moment.'
    case 'CoolingDown':
      return 'Several of your holds in a row ran out unused. Wait before you hold again.'
    case 'TooManyItems':
      return `One booking may have ${refusal.limit} of these, each once. Make several bookings.`
    case 'RequestIdReused':
      return 'This requestId was used before for something else. Choose a new one for a new request.'
    case 'BookingNotFound':
      return 'You have no such booking.'
    case 'AlreadyExtended':
      return 'This hold was extended before, and it can be once. Pay before it ends.'
    case 'HoldExpired':
      return 'The hold has run out. Book again.'
    case 'WrongState':
      return `The booking is ${refusal.state}; this can no longer be done, or not yet.`
  }
}
