/**
 * The facts that owners publish. They leave by the owner's outbox as CloudEvents 1.0 on the Redis stream
 * `events:{owner}`, at least once, in order per booking or vehicle; consumers drop what their inbox already has.
 */
import { z } from 'zod'
import { Money } from './money.ts'

export const Owner = z.enum(['booking', 'fleet', 'payment'])
export type Owner = z.infer<typeof Owner>

export const streamOf = (owner: Owner): string => `events:${owner}`

/**
 * Redis pub/sub channel of the live view: the event's JSON after it was published. It may miss messages;
 * whoever listens reads a snapshot after subscribing and after each reconnect.
 */
export const changeChannel = (owner: Owner, subject: string): string => `changes:${owner}:${subject}`

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

/** Payload of every event, by type. The subject of booking's and payment's events is the booking id, of fleet's the vehicle's stable id. */
export const payloads = {
  /** booking: a thing is held for a customer until `expiresAt`. */
  HoldPlaced: z.strictObject({ bookingId: Id, customerId: Id, bookableIds: z.array(Id).min(1), expiresAt: Time }),
  /** booking: nobody paid in time; the things are free again. */
  HoldExpired: z.strictObject({ bookingId: Id, bookableIds: z.array(Id) }),
  /** booking: paid for; to be started before `startBy`. */
  BookingConfirmed: z.strictObject({ bookingId: Id, customerId: Id, bookableIds: z.array(Id), startBy: Time }),
  /** booking: the lock opened. */
  BookingStarted: z.strictObject({ bookingId: Id, customerId: Id, bookableIds: z.array(Id), startedAt: Time }),
  /** booking: it ended in the normal way; `fare` is what it costs. Payment captures it. */
  BookingCompleted: z.strictObject({
    bookingId: Id,
    customerId: Id,
    bookableIds: z.array(Id),
    startedAt: Time,
    endedAt: Time,
    fare: Money,
    lines: z.array(FareLine),
  }),
  /** booking: confirmed, but never started in time; the things are free again. Payment voids. */
  BookingExpired: z.strictObject({ bookingId: Id, bookableIds: z.array(Id) }),
  /** booking: ended by somebody's decision; the things are free again. Payment voids. */
  BookingCancelled: z.strictObject({
    bookingId: Id,
    bookableIds: z.array(Id),
    reason: z.enum(['CUSTOMER', 'OPERATOR', 'PAYMENT_FAILED']),
  }),
  /** booking: any other change of a booking's state, for those who watch it. */
  BookingMoved: z.strictObject({ bookingId: Id, state: z.string() }),

  /**
   * fleet: the vehicle may be offered for booking, at this price plan (booking's price_plan.id), under this public id. A new
   * one counts as out of contact until VehicleContactRestored; one that was listed before keeps its contact as last said.
   */
  VehicleListed: z.strictObject({
    vehicleId: Id,
    publicId: Id,
    vehicleType: z.string(),
    pricePlanId: z.string().min(1),
    place: Place,
  }),
  /** fleet: the vehicle may not be offered (service, removed). */
  VehicleWithdrawn: z.strictObject({ vehicleId: Id }),
  /** fleet: at once, without a grace period: a vehicle that cannot be reached cannot be unlocked. */
  VehicleContactLost: z.strictObject({ vehicleId: Id }),
  /** fleet: it answers again. */
  VehicleContactRestored: z.strictObject({ vehicleId: Id }),
  /** fleet: the lock opened for a booking. */
  TripStarted: z.strictObject({ vehicleId: Id, bookingId: Id, tripId: Id, startedAt: Time }),
  /** fleet: the vehicle stands locked at `place` and has a new public id. Booking completes at once; only then is it free. */
  TripEnded: z.strictObject({
    vehicleId: Id,
    bookingId: Id,
    tripId: Id,
    startedAt: Time,
    endedAt: Time,
    publicId: Id,
    place: Place,
  }),
  /** fleet: the command reached its final state. */
  CommandSettled: z.strictObject({
    vehicleId: Id,
    bookingId: Id,
    commandId: Id,
    state: z.enum(['EXECUTED', 'REFUSED', 'TIMED_OUT']),
  }),

  /** payment: the amount is set aside on the customer's card. */
  PaymentAuthorized: z.strictObject({ bookingId: Id, paymentId: Id, amount: Money }),
  /** payment: refused by the card's issuer; `code` is Stripe's decline code. */
  PaymentDeclined: z.strictObject({ bookingId: Id, paymentId: Id, code: z.string() }),
  /** payment: the amount was taken. */
  PaymentCaptured: z.strictObject({ bookingId: Id, paymentId: Id, amount: Money }),
  /** payment: what was set aside is free again; nothing was taken. */
  PaymentVoided: z.strictObject({ bookingId: Id, paymentId: Id }),
} as const

export type EventType = keyof typeof payloads
export type Payload<T extends EventType> = z.infer<(typeof payloads)[T]>

/** An event as it travels: CloudEvents 1.0 in JSON, with the distributed tracing extension. */
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

/** Reads an event off a stream; throws when it is not one of ours, which is a bug of its publisher. */
export function parseEvent(json: string): Event {
  const envelope = Envelope.parse(JSON.parse(json))
  if (!isEventType(envelope.type)) throw new Error(`unknown event type ${envelope.type}`)
  const data: unknown = payloads[envelope.type].parse(envelope.data)
  return { ...envelope, data } as Event
}

const isEventType = (type: string): type is EventType => Object.hasOwn(payloads, type)
