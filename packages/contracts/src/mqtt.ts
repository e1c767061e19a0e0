/**
 * The messages between the server and a vehicle over MQTT 5: one table of topics, one schema per message.
 *
 * The server signs commands and the vehicle signs acks, each as a {@link SignedEnvelope} over the exact bytes. A
 * compromised broker can delay or drop messages, but not forge or replay them.
 */
import { z } from 'zod'

/** A device's name on the broker: its MQTT user name and topic level. Never shown to clients. */
export const DeviceId = z.string().regex(/^[a-z0-9-]{1,36}$/)

type Direction = 'dn' | 'up'
interface Topic {
  readonly direction: Direction
  readonly qos: 0 | 1
  /** Retained messages are state that a late subscriber needs. A command is not state. */
  readonly retain: boolean
}

/** Every topic `vehicles/{deviceId}/{dn|up}/{name}`. There are no others. */
export const topics = {
  /** Server to vehicle: a signed {@link Command}, with MQTT 5 message expiry. */
  cmd: { direction: 'dn', qos: 1, retain: false },
  /** Server to vehicle: {@link VehicleConfig}, the report intervals. */
  cfg: { direction: 'dn', qos: 1, retain: true },
  /** Vehicle to server: {@link Connection}; also the last will. */
  conn: { direction: 'up', qos: 1, retain: true },
  /** Vehicle to server: {@link VehicleState} on every change. */
  state: { direction: 'up', qos: 1, retain: true },
  /** Vehicle to server: a signed {@link Ack}. */
  ack: { direction: 'up', qos: 1, retain: false },
  /** Vehicle to server: {@link VehicleEvent}. */
  evt: { direction: 'up', qos: 1, retain: false },
  /** Vehicle to server: {@link Telemetry}, batched positions. Positions stored while offline are sent with QoS 1. */
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
export const SignedEnvelope = z.strictObject({
  kid: z.string().max(64),
  p: z.string().max(4096),
  s: z.string().length(86),
})
export type SignedEnvelope = z.infer<typeof SignedEnvelope>

export const CommandAction = z.enum(['UNLOCK', 'LOCK'])
export type CommandAction = z.infer<typeof CommandAction>

/** What the vehicle is to do, for which booking, until when. Bound to device, boot epoch and counter. */
export const Command = z.strictObject({
  v: z.literal(1),
  /** Command id. A repeated id gets the stored ack and does not move the lock. */
  cid: z.uuid(),
  deviceId: DeviceId,
  action: CommandAction,
  bookingId: z.uuid(),
  /** The boot epoch that the vehicle published in {@link Connection}. With another epoch it refuses: EPOCH. */
  epoch: z.string().min(8).max(64),
  /** Strictly rising per device within an epoch. */
  counter: z.int().positive(),
  issuedAt: Millis,
  /** Exclusive: at this time or later the vehicle refuses. */
  expiresAt: Millis,
})
export type Command = z.infer<typeof Command>

/** Why a vehicle did not execute a command. All codes but JAMMED are decided before the lock moves; JAMMED after. */
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

/** The vehicle's signed answer to a command. ACCEPTED may precede the final EXECUTED or REFUSED. */
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
 * Birth (online true, published after connecting) and last will (online false). A last will with another epoch than the
 * current birth is late and is ignored.
 */
export const Connection = z.strictObject({
  v: z.literal(1),
  online: z.boolean(),
  /** Random for each boot of the agent. */
  epoch: z.string().min(8).max(64),
  firmware: z.string().max(32),
  /** The highest command counter seen in this epoch. */
  counter: z.int().nonnegative(),
  at: Millis,
})
export type Connection = z.infer<typeof Connection>

/** The full state, published on every change and after every birth. `(epoch, seq)` orders the messages of a vehicle. */
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

/** A batch of samples, oldest first. `history`: stored while offline; the live map ignores it. */
export const Telemetry = z.strictObject({
  v: z.literal(1),
  epoch: z.string().min(8).max(64),
  seq: z.int().nonnegative(),
  history: z.boolean(),
  samples: z.array(Sample).min(1).max(20),
})
export type Telemetry = z.infer<typeof Telemetry>

/** Report intervals, milliseconds. Bounded above, because the message is not signed: nobody can silence a vehicle for long. */
export const VehicleConfig = z.strictObject({
  v: z.literal(1),
  parkedIntervalMs: z.int().min(1_000).max(86_400_000),
  movingIntervalMs: z.int().min(200).max(60_000),
})
export type VehicleConfig = z.infer<typeof VehicleConfig>
