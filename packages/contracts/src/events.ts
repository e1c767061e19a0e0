/**
 * The events that owners publish: through the owner's outbox, as CloudEvents 1.0 on the Redis stream `events:{owner}`, at
 * least once, in order per subject. Consumers drop what their inbox already has.
 */
import { z } from 'zod'
import { Money } from './money.ts'

export const Owner = z.enum(['booking', 'fleet', 'payment'])
export type Owner = z.infer<typeof Owner>

export const streamOf = (owner: Owner): string => `events:${owner}`

/**
 * Redis pub/sub channel of change notifications: the event's JSON after it was published. Messages may be lost; readers
 * take a snapshot after subscribing and after each reconnect.
 */
export const changeChannel = (owner: Owner, subject: string): string => `changes:${owner}:${subject}`

/** The states of a booking, as booking's schema and its Postgres enum list them. */
export const BookingState = z.enum([
  'HELD',
  'PROCESSING',
  'CONFIRMED',
  'ACTIVE',
  'COMPLETED',
  'CANCELLED',
  'EXPIRED',
  'NEEDS_REVIEW',
])
export type BookingState = z.infer<typeof BookingState>

const Id = z.uuid()
const Time = z.iso.datetime({ offset: true })
const Place = z.strictObject({ latitude: z.number(), longitude: z.number() })

/** A priced line of a finished booking. */
export const FareLine = z.strictObject({
  kind: z.enum(['UNLOCK', 'MINUTES', 'CAP']),
  /** Started minutes for MINUTES, else 1. */
  quantity: z.int().nonnegative(),
  unit: Money,
  total: Money,
})
export type FareLine = z.infer<typeof FareLine>

/**
 * The payload of every event, by publisher and type. The subject of booking's and payment's events is the booking id, of
 * fleet's the vehicle's stable id.
 */
export const payloadsOf = {
  booking: {
    /** Bookables are held for a customer until `expiresAt`. */
    HoldPlaced: z.strictObject({ bookingId: Id, customerId: Id, bookableIds: z.array(Id).min(1), expiresAt: Time }),
    /** Nobody paid in time; the bookables are free again. */
    HoldExpired: z.strictObject({ bookingId: Id, bookableIds: z.array(Id) }),
    /** The booking is paid for; it must start before `startBy`. */
    BookingConfirmed: z.strictObject({ bookingId: Id, customerId: Id, bookableIds: z.array(Id), startBy: Time }),
    /** The vehicle was unlocked. */
    BookingStarted: z.strictObject({ bookingId: Id, customerId: Id, bookableIds: z.array(Id), startedAt: Time }),
    /** The booking ended normally; `fare` is what it costs. Payment captures it. */
    BookingCompleted: z.strictObject({
      bookingId: Id,
      customerId: Id,
      bookableIds: z.array(Id),
      startedAt: Time,
      endedAt: Time,
      fare: Money,
      lines: z.array(FareLine),
    }),
    /** The booking was confirmed but not started in time; the bookables are free again. Payment voids the authorisation. */
    BookingExpired: z.strictObject({ bookingId: Id, bookableIds: z.array(Id) }),
    /** Somebody ended the booking; the bookables are free again. Payment voids the authorisation. */
    BookingCancelled: z.strictObject({
      bookingId: Id,
      bookableIds: z.array(Id),
      reason: z.enum(['CUSTOMER', 'OPERATOR', 'PAYMENT_FAILED']),
    }),
    /** Any other change of a booking's state, for subscribers. */
    BookingMoved: z.strictObject({ bookingId: Id, state: BookingState }),
  },
  fleet: {
    /**
     * The vehicle may be offered for booking, at this price plan (booking's price_plan.id), under this public id. A new
     * vehicle counts as out of contact until VehicleContactRestored; a vehicle listed before keeps its last known contact.
     */
    VehicleListed: z.strictObject({
      vehicleId: Id,
      publicId: Id,
      vehicleType: z.string(),
      pricePlanId: z.string().min(1),
      place: Place,
    }),
    /** The vehicle may not be offered (out of service, removed). */
    VehicleWithdrawn: z.strictObject({ vehicleId: Id }),
    /** The vehicle cannot be reached, so it cannot be unlocked. Published at once, without a grace period. */
    VehicleContactLost: z.strictObject({ vehicleId: Id }),
    /** The vehicle can be reached again. */
    VehicleContactRestored: z.strictObject({ vehicleId: Id }),
    /** The vehicle was unlocked for a booking. */
    TripStarted: z.strictObject({ vehicleId: Id, bookingId: Id, tripId: Id, startedAt: Time }),
    /** The vehicle stands locked at `place` and has a new public id. It is free once booking has completed the booking. */
    TripEnded: z.strictObject({
      vehicleId: Id,
      bookingId: Id,
      tripId: Id,
      startedAt: Time,
      endedAt: Time,
      publicId: Id,
      place: Place,
    }),
    /** The command reached a final state. */
    CommandSettled: z.strictObject({
      vehicleId: Id,
      bookingId: Id,
      commandId: Id,
      state: z.enum(['EXECUTED', 'REFUSED', 'TIMED_OUT']),
    }),
  },
  payment: {
    /** The amount is authorised on the customer's card. */
    PaymentAuthorized: z.strictObject({ bookingId: Id, paymentId: Id, amount: Money }),
    /** The card's issuer declined; `code` is Stripe's decline code. */
    PaymentDeclined: z.strictObject({ bookingId: Id, paymentId: Id, code: z.string() }),
    /** The amount was captured. */
    PaymentCaptured: z.strictObject({ bookingId: Id, paymentId: Id, amount: Money }),
    /** The authorisation was voided; nothing was captured. */
    PaymentVoided: z.strictObject({ bookingId: Id, paymentId: Id }),
  },
} as const

export const payloads = { ...payloadsOf.booking, ...payloadsOf.fleet, ...payloadsOf.payment }

/** The types of events that an owner publishes. */
export type EventTypeOf<O extends Owner> = keyof (typeof payloadsOf)[O]
export type EventType = keyof typeof payloads
export type Payload<T extends EventType> = z.infer<(typeof payloads)[T]>

/** A published event: CloudEvents 1.0 in JSON, with the distributed tracing extension. */
export type Event<T extends EventType = EventType> = {
  [K in T]: {
    readonly specversion: '1.0'
    readonly id: string
    readonly source: string
    readonly type: K
    readonly subject: string
    readonly time: string
    readonly traceparent?: string | undefined
    readonly data: Payload<K>
  }
}[T]

/** An event before it is published. */
export type NewEvent<T extends EventType = EventType> = {
  [K in T]: { readonly subject: string; readonly type: K; readonly data: Payload<K> }
}[T]

const Envelope = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  source: z.string(),
  type: z.string(),
  subject: z.string(),
  time: Time,
  traceparent: z.string().optional(),
  data: z.unknown(),
})

/** Reads an event from a stream. Throws when it is not a known event: that is a bug of its publisher. */
export function parseEvent(json: string): Event {
  const envelope = Envelope.parse(JSON.parse(json))
  if (!isEventType(envelope.type)) throw new Error(`unknown event type ${envelope.type}`)
  const data: unknown = payloads[envelope.type].parse(envelope.data)
  return { ...envelope, data } as Event
}

const isEventType = (type: string): type is EventType => Object.hasOwn(payloads, type)
