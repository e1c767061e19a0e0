/** Every sentence of this subgraph that users of the API read. Each says what happened and what to do next. */
import type { ResolversInterfaceTypes, ResolversTypes } from './__generated__/resolvers.ts'
import type { CancelBookingRefusal } from './commands/cancelBooking.ts'
import type { ExtendHoldRefusal } from './commands/extendHold.ts'
import type { HoldRefusal } from './domain/hold.ts'

export type Refusal = HoldRefusal | ExtendHoldRefusal | CancelBookingRefusal
type ProblemName = NonNullable<ResolversInterfaceTypes<ResolversTypes>['Problem']['__typename']>

/** Of every type in the schema that implements Problem. One without a sentence does not compile. */
export const problemMessages: { [Name in ProblemName]: (refusal: Extract<Refusal, { kind: Name }>) => string } = {
  AlreadyTaken: () => 'Somebody else was faster. Choose one of the alternatives nearby.',
  BookableNotFound: () =>
    'There is no such vehicle any more: a vehicle gets a new id after each ride. Search again and book one of the results.',
  VehicleOffline: () => 'This vehicle is out of contact and cannot be unlocked. Choose one of the alternatives nearby.',
  VehicleWithdrawn: () => 'This vehicle is out of service. Choose one of the alternatives nearby.',
  TooManyHolds: ({ limit }) =>
    `You can have ${limit} unpaid bookings at a time. Pay for one, cancel one or wait until one expires.`,
  HoldsTooFast: () => 'Too many holds in one minute. Wait a minute and try again.',
  CoolingDown: () =>
    'Several of your holds in a row expired without payment. You can book again later; `retryAt` says when.',
  TooManyItems: ({ limit }) =>
    `A booking can have at most ${limit} of these, and each only once. Book the others separately.`,
  RequestIdReused: () => 'This requestId was already used for another request. Create a new one.',
  BookingNotFound: () => 'You have no booking with this id. Look it up in your bookings.',
  AlreadyExtended: () => 'This hold was already extended, which is possible once. Pay before it expires.',
  HoldExpired: () => 'The hold has expired. Book again.',
  WrongState: ({ state }) =>
    `This is not possible while the booking is ${state}. Reload the booking to see what you can do now.`,
}

export const refusalMessage = <R extends Refusal>(refusal: R): string =>
  (problemMessages[refusal.kind] as (refusal: R) => string)(refusal)

/** Of BAD_USER_INPUT errors: a client sent what the schema cannot rule out. */
export const messages = {
  itemsEmpty: 'items is empty. Name at least one bookable.',
  firstOutOfRange: (most: number) => `first must be between 1 and ${most}. Ask for a page of that size.`,
  afterInvalid:
    'after is not a valid cursor. Use the endCursor of an earlier page, or leave it out for the first page.',
} as const
