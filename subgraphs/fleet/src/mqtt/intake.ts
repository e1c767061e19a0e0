/**
 * Takes in what vehicles say. Messages are read and sorted at once and written in batches; of state only the newest
 * counts, so what waits for a slow database is bounded by the number of vehicles. Answers go one by one per vehicle.
 * Nothing a vehicle sends can do more than be counted and dropped.
 */
import type { KeyObject } from 'node:crypto'
import {
  Ack,
  Connection,
  open,
  parseJson,
  parseTopic,
  Telemetry,
  type TopicName,
  traceProperty,
  VehicleEvent,
  VehicleState,
} from '@holdfast/contracts'
import { background, counter, inTrace, isUnavailable, pause, repeat, type Step } from '@holdfast/service/process'
import type { IPublishPacket } from 'mqtt'
import type { Deps } from '../commands/deps.ts'
import { settleCommand } from '../commands/settleCommand.ts'
import { takeReports, type Waiting } from '../commands/takeReports.ts'
import { laterConnection } from '../domain/contact.ts'
import { dropped, type Fix } from '../domain/telemetry.ts'
import { cellOf } from '../store/cells.ts'
import { deviceKeys } from '../store/deviceKeys.ts'
import { type ReportedPosition, writePositions } from '../store/positions.ts'
import { noteInHistory, vehicleIdsOf } from '../store/vehicles.ts'
import { createLanes } from './lanes.ts'

const reportsEvery = 50 // ms: a rider waits for an opened lock, not for this, but a map should know soon.
const positionsEvery = 500 // ms: two batches a second whatever the size of the fleet.
const batch = 500 // vehicles per statement
const mostEvents = 10_000 // waiting; a fleet that sends more than this while the database is away tells it in its state too
const ackWidth = 8 // transactions at a time
const ackDepth = 8 // answers of one vehicle; it has one command at a time
const ackRetryMs = 60_000 // after which the vehicle's state and the ledger's loop tell what is so
const keysFor = 60_000 // ms that a device's keys are remembered: so soon does a withdrawn key stop counting

const taken = counter('vehicle_messages_total', 'Messages of vehicles by what became of them', ['name', 'outcome'])

export interface Intake {
  heard(topic: string, payload: Uint8Array, packet: Pick<IPublishPacket, 'retain' | 'properties'>): void
  readonly steps: readonly Step[]
}

export function createIntake(deps: Deps, configureNew: (deviceIds: readonly string[]) => Promise<void>): Intake {
  const { pool, log, now } = deps
  let waiting = new Map<string, Waiting>()
  let positions = new Map<string, ReportedPosition>()
  let events: (VehicleEvent & { deviceId: string })[] = []
  const fixes = new Map<string, Fix>()
  const told = new Map<string, string>()
  const keys = new Map<string, { keys: ReadonlyMap<string, KeyObject>; readAt: number }>()
  const acks = createLanes(ackWidth, ackDepth)
  const settle = settleCommand(deps)

  const of = (deviceId: string): Waiting => {
    const known = waiting.get(deviceId) ?? {}
    waiting.set(deviceId, known)
    return known
  }

  /** Whether a retained message is the one that was heard last: the roll call repeats most of them. */
  const isKnown = (key: string, message: string, retained: boolean): boolean => {
    const known = told.get(key) === message
    told.set(key, message)
    return known && retained
  }

  const onConnection = (deviceId: string, payload: Uint8Array, retained: boolean): string => {
    const message = Connection.safeParse(parseJson(payload))
    if (!message.success) return 'malformed'
    const { online, epoch, at, counter } = message.data
    if (isKnown(`${deviceId} conn`, `${epoch} ${online} ${at}`, retained)) return 'known'
    const said = { online, epoch, at: new Date(at), heardAt: now(), retained, counter }
    const vehicle = of(deviceId)
    if (laterConnection(vehicle.connection, said) === said) vehicle.connection = said
    return 'taken'
  }

  const onState = (deviceId: string, payload: Uint8Array, retained: boolean): string => {
    const message = VehicleState.safeParse(parseJson(payload))
    if (!message.success) return 'malformed'
    if (isKnown(`${deviceId} state`, `${message.data.epoch} ${message.data.seq}`, retained)) return 'known'
    const vehicle = of(deviceId)
    const before = vehicle.state
    if (before?.epoch === message.data.epoch && before.seq >= message.data.seq) return 'duplicate'
    vehicle.state = { ...message.data, heardAt: now(), retained }
    if (!retained) vehicle.sign = { heardAt: now(), epoch: message.data.epoch }
    return 'taken'
  }

  const onTelemetry = (deviceId: string, payload: Uint8Array): string => {
    const message = Telemetry.safeParse(parseJson(payload))
    if (!message.success) return 'malformed'
    const { epoch, seq, history, samples } = message.data
    if (history) return 'history' // Where it was is in the odometer; where it is, in what follows.
    const newest = samples.reduce((a, b) => (b.at > a.at ? b : a))
    const fix = { at: newest.at, latitude: newest.latitude, longitude: newest.longitude, epoch, seq }
    const reason = dropped(fix, fixes.get(deviceId), now().getTime())
    if (reason) return reason.toLowerCase()
    positions.set(deviceId, {
      deviceId,
      epoch,
      seq,
      latitude: newest.latitude,
      longitude: newest.longitude,
      speed: newest.speed,
      heading: newest.heading,
      odometer: newest.odometer,
      measuredAt: new Date(newest.at),
      heardAt: now(),
    })
    return 'taken'
  }

  const onEvent = (deviceId: string, payload: Uint8Array): string => {
    const message = VehicleEvent.safeParse(parseJson(payload))
    if (!message.success) return 'malformed'
    if (events.length >= mostEvents) return 'overflow'
    events.push({ ...message.data, deviceId })
    return 'taken'
  }

  const keysOf = async (deviceId: string): Promise<ReadonlyMap<string, KeyObject>> => {
    const known = keys.get(deviceId)
    if (known && now().getTime() - known.readAt < keysFor) return known.keys
    const read = await deviceKeys(pool, deviceId)
    keys.set(deviceId, { keys: read, readAt: now().getTime() })
    return read
  }

  const takeAck = async (deviceId: string, payload: Uint8Array): Promise<string> => {
    const own = await keysOf(deviceId)
    const opened = open('ack', payload, (kid) => own.get(kid))
    if (!opened.ok) return opened.code.toLowerCase()
    const ack = Ack.safeParse(opened.payload)
    if (!ack.success) return 'malformed'
    const { cid } = ack.data
    // A vehicle answers for itself, whatever it has a key for.
    if (ack.data.deviceId !== deviceId) return 'wrong_vehicle'
    if (cid === null) {
      log.warn({ deviceId, code: ack.data.code }, 'a vehicle could not read what came to it as a command')
      return 'taken'
    }
    return (await settle({ ...ack.data, cid })) ? 'taken' : 'unknown_command'
  }

  const onAck = (deviceId: string, payload: Uint8Array, trace: string | undefined): string | null => {
    const until = now().getTime() + ackRetryMs
    const work = () =>
      inTrace(trace, async () => {
        for (let attempt = 0; ; attempt++) {
          try {
            const outcome = await takeAck(deviceId, payload)
            taken.inc({ name: 'ack', outcome })
            if (outcome !== 'taken') log.warn({ deviceId, outcome }, 'an answer was not taken')
            return
          } catch (err) {
            if (!isUnavailable(err) || now().getTime() > until) {
              log.error({ err, deviceId }, 'an answer was lost')
              taken.inc({ name: 'ack', outcome: 'failed' })
              return
            }
            await pause(Math.min(100 * 2 ** attempt, 2_000), AbortSignal.timeout(2_000))
          }
        }
      })
    return acks.push(deviceId, work) ? null : 'overflow'
  }

  const heard: Intake['heard'] = (topic, payload, packet) => {
    const parsed = parseTopic(topic)
    if (!parsed) return void taken.inc({ name: 'other', outcome: 'unknown_topic' })
    const { deviceId, name } = parsed
    const trace = packet.properties?.userProperties?.[traceProperty]
    const outcome = byName(name, deviceId, payload, packet.retain, Array.isArray(trace) ? trace[0] : trace)
    if (outcome) taken.inc({ name, outcome })
  }

  const byName = (name: TopicName, deviceId: string, payload: Uint8Array, retained: boolean, trace?: string) => {
    switch (name) {
      case 'conn':
        return onConnection(deviceId, payload, retained)
      case 'state':
        return onState(deviceId, payload, retained)
      case 'tele':
        return onTelemetry(deviceId, payload)
      case 'evt':
        return onEvent(deviceId, payload)
      case 'ack':
        return onAck(deviceId, payload, trace)
      case 'cmd':
      case 'cfg':
        return 'unknown_topic'
    }
  }

  const writeReports = async () => {
    while (waiting.size > 0) {
      const some = new Map([...waiting].slice(0, batch))
      for (const deviceId of some.keys()) waiting.delete(deviceId)
      try {
        const reborn = await takeReports(deps, some)
        await configureNew(reborn)
      } catch (err) {
        // What came in meanwhile is newer.
        waiting = new Map([...waiting, ...[...some].map(([id, old]) => [id, merged(old, waiting.get(id))] as const)])
        throw err
      }
    }
  }

  const writeEvents = async () => {
    if (events.length === 0) return
    const some = events.splice(0, 1_000)
    try {
      const ids = await vehicleIdsOf(pool, [...new Set(some.map(({ deviceId }) => deviceId))])
      await noteInHistory(
        pool,
        some.flatMap(({ deviceId, kind, at, epoch, seq }) => {
          const vehicleId = ids.get(deviceId)
          return vehicleId ? [{ vehicleId, eventType: kind.toLowerCase(), at: new Date(at), epoch, seq }] : []
        }),
      )
    } catch (err) {
      events = [...some, ...events].slice(0, mostEvents)
      throw err
    }
  }

  const writeMoves = async () => {
    const all = [...positions.values()]
    positions = new Map()
    for (let from = 0; from < all.length; from += batch) {
      // A batch that fails is not tried again: the next one is newer.
      const written = await writePositions(pool, all.slice(from, from + batch))
      const byDevice = new Map(all.slice(from, from + batch).map((position) => [position.deviceId, position]))
      const moves = written.flatMap(({ vehicleId, deviceId, state, riderId, contact }) => {
        const position = byDevice.get(deviceId)
        if (!position) return []
        const before = fixes.get(deviceId)
        fixes.set(deviceId, { ...position, at: position.measuredAt.getTime() })
        // A position tells nothing that is not in the state messages, except of vehicles believed lost or carried away.
        const parked = state === 'AVAILABLE'
        if (contact === 'LOST' || parked) of(deviceId).sign = { heardAt: position.heardAt, epoch: position.epoch }
        const cells = [...new Set([position, ...(before ? [before] : [])].map(cellOf))]
        return riderId ? [{ vehicleId, riderId, cells }] : []
      })
      await deps.announce.moves(moves)
    }
  }

  const write = async () => {
    await writeReports()
    await writeEvents()
  }
  return {
    heard,
    steps: [
      { name: 'last reports', start: () => undefined, stop: write },
      background('reports', (signal) => repeat(signal, reportsEvery, log, write)),
      background('positions', (signal) => repeat(signal, positionsEvery, log, writeMoves)),
      { name: 'answers', start: () => undefined, stop: () => acks.idle() },
    ],
  }
}

const merged = (older: Waiting, newer: Waiting | undefined): Waiting => {
  const { connection = older.connection, state = older.state, sign = older.sign } = newer ?? {}
  return { ...(connection && { connection }), ...(state && { state }), ...(sign && { sign }) }
}
