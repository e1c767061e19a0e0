/**
 * What is said between the house and a vehicle over MQTT 5. One table of topics, one schema per message.
 *
 * Commands are signed by the house, answers ("acks") by the vehicle, both as {@link Sealed} envelopes over exact
 * bytes: a compromised broker can delay or drop, never forge or replay.
 */
import { z } from 'zod'

/** A device's name on the broker: its MQTT user name and topic level. Never shown to riders. */
export const DeviceId = z.string().regex(/^[a-z0-9-]{1,36}$/)

type Direction = 'dn' | 'up'
interface Topic {
  readonly direction: Direction
  readonly qos: 0 | 1
  /** Retained messages are state that a late subscriber needs; a command is never state. */
  readonly retain: boolean
}

/** Every topic `vehicles/{deviceId}/{dn|up}/{name}`. What is not here is not sent. */
export const topics = {
  /** House to vehicle: a sealed {@link Command}. With MQTT 5 message expiry, never retained. */
  cmd: { direction: 'dn', qos: 1, retain: false },
  /** House to vehicle: {@link VehicleConfig}, the wanted report intervals. */
  cfg: { direction: 'dn', qos: 1, retain: true },
  /** Vehicle to house: {@link Connection}; also the last will. */
  conn: { direction: 'up', qos: 1, retain: true },
  /** Vehicle to house: {@link VehicleState} on every change. */
  state: { direction: 'up', qos: 1, retain: true },
  /** Vehicle to house: a sealed {@link Ack}. */
  ack: { direction: 'up', qos: 1, retain: false },
  /** Vehicle to house: {@link VehicleEvent}. */
  evt: { direction: 'up', qos: 1, retain: false },
  /** Vehicle to house: {@link Telemetry}, batched positions. What was kept while offline is sent with QoS 1. */
  tele: { direction: 'up', qos: 0, retain: false },
} as const satisfies Record<string, Topic>

export type TopicName = keyof typeof topics

/** The topic of one device. */
export const topicOf = (deviceId: string, name: TopicName): string =>
  `vehicles/${deviceId}/${topics[name].direction}/${name}`

/** The filter by which a service hears one kind of message of all vehicles. */
export const topicFilter = (name: TopicName): string => topicOf('+', name)

/** Reads a topic back; null for anything that is not ours. */
export function parseTopic(topic: string): { deviceId: string; name: TopicName } | null {
  const [root, deviceId, direction, name, ...rest] = topic.split('/')
  if (root !== 'vehicles' || !deviceId || !name || rest.length > 0 || !isTopicName(name)) return null
  return topics[name].direction === direction && DeviceId.safeParse(deviceId).success ? { deviceId, name } : null
}

const isTopicName = (name: string): name is TopicName => Object.hasOwn(topics, name)

/** MQTT 5 user property that carries the W3C trace context (W3C draft "Trace Context: MQTT"). */
export const traceProperty = 'traceparent'

const Millis = z.int().nonnegative()

/** Bytes and their Ed25519 signature, both base64url. The algorithm is pinned; it is never read from the message. */
export const Sealed = z.strictObject({ kid: z.string().max(64), p: z.string().max(4096), s: z.string().length(86) })
export type Sealed = z.infer<typeof Sealed>

export const CommandAction = z.enum(['UNLOCK', 'LOCK'])
export type CommandAction = z.infer<typeof CommandAction>

/** What the vehicle is told to do, by whom authorised, until when. Bound to device, boot epoch and counter. */
export const Command = z.strictObject({
  v: z.literal(1),
  /** Command id: a repeated id is answered with the stored ack and does not move the lock. */
  cid: z.uuid(),
  deviceId: DeviceId,
  action: CommandAction,
  bookingId: z.uuid(),
  /** The boot epoch the vehicle announced in {@link Connection}. Another epoch: refused with EPOCH. */
  epoch: z.string().min(8).max(64),
  /** Strictly rising per device within an epoch. */
  counter: z.int().positive(),
  issuedAt: Millis,
  /** Exclusive. The vehicle refuses at or after it. */
  expiresAt: Millis,
})
export type Command = z.infer<typeof Command>

/** Why a vehicle did not do it. REFUSED codes come before the lock moves; JAMMED after it was tried. */
export const RefusalCode = z.enum([
  'BAD_SIGNATURE',
  'UNKNOWN_KEY',
  'MALFORMED',
  'WRONG_VEHICLE',
  'EPOCH',
  'EXPIRED',
  'NOT_YET_VALID',
  'REPLAY',
  'MOVING',
  'LOW_BATTERY',
  'JAMMED',
])
export type RefusalCode = z.infer<typeof RefusalCode>

export const LockState = z.enum(['LOCKED', 'UNLOCKED'])
export type LockState = z.infer<typeof LockState>

const Position = z.strictObject({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
})

/** The vehicle's signed answer. ACCEPTED may precede the final EXECUTED or REFUSED. */
export const Ack = z.strictObject({
  v: z.literal(1),
  /** Null when the command could not be read far enough to know its id. */
  cid: z.uuid().nullable(),
  deviceId: DeviceId,
  epoch: z.string().min(8).max(64),
  seq: z.int().nonnegative(),
  phase: z.enum(['ACCEPTED', 'EXECUTED', 'REFUSED']),
  code: RefusalCode.nullable(),
  lock: LockState,
  position: Position,
  batteryPercent: z.int().min(0).max(100),
  at: Millis,
})
export type Ack = z.infer<typeof Ack>

/**
 * Birth (online true, published after connecting) and last will (online false). A will of another epoch than the
 * current birth is a late one and is ignored.
 */
export const Connection = z.strictObject({
  v: z.literal(1),
  online: z.boolean(),
  /** Random per boot of the agent. */
  epoch: z.string().min(8).max(64),
  firmware: z.string().max(32),
  /** The highest command counter seen in this epoch. */
  counter: z.int().nonnegative(),
  at: Millis,
})
export type Connection = z.infer<typeof Connection>

/** The full reported state, sent on every change and after every birth. `(epoch, seq)` orders messages of one vehicle. */
export const VehicleState = z.strictObject({
  v: z.literal(1),
  epoch: z.string().min(8).max(64),
  seq: z.int().nonnegative(),
  lock: LockState,
  batteryPercent: z.int().min(0).max(100),
  position: Position,
  at: Millis,
})
export type VehicleState = z.infer<typeof VehicleState>

export const VehicleEvent = z.strictObject({
  v: z.literal(1),
  epoch: z.string().min(8).max(64),
  seq: z.int().nonnegative(),
  kind: z.enum(['LOCK_OPENED', 'LOCK_CLOSED', 'TIP_OVER', 'TAMPER', 'BATTERY_LOW']),
  at: Millis,
})
export type VehicleEvent = z.infer<typeof VehicleEvent>

/** One measured position. Speed in metres per second, heading in degrees clockwise from north, odometer in metres. */
export const Sample = z.strictObject({
  at: Millis,
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  speed: z.number().min(0).max(60),
  heading: z.number().min(0).max(360),
  batteryPercent: z.int().min(0).max(100),
  odometer: z.int().nonnegative(),
})
export type Sample = z.infer<typeof Sample>

/** A batch of samples, oldest first. `history` marks what was buffered while offline: the live map ignores it. */
export const Telemetry = z.strictObject({
  v: z.literal(1),
  epoch: z.string().min(8).max(64),
  seq: z.int().nonnegative(),
  history: z.boolean(),
  samples: z.array(Sample).min(1).max(20),
})
export type Telemetry = z.infer<typeof Telemetry>

/** Wanted report intervals, milliseconds. Bounded above, since it is not signed: nobody can silence a vehicle for long. */
export const VehicleConfig = z.strictObject({
  v: z.literal(1),
  parkedIntervalMs: z.int().min(1_000).max(86_400_000),
  movingIntervalMs: z.int().min(200).max(60_000),
})
export type VehicleConfig = z.infer<typeof VehicleConfig>
