/** One vehicle: its line to the house, what it remembers, and its hardware. */
import type { KeyObject } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type Connection,
  parseJson,
  type Sample,
  seal,
  type Telemetry,
  type TopicName,
  topicOf,
  topics,
  traceProperty,
  VehicleConfig,
  type VehicleEvent,
  type VehicleState,
} from '@holdfast/contracts'
import { counter, inTrace, type Log, traceparent, withTimeout } from '@holdfast/service/process'
import type { IPublishPacket } from 'mqtt'
import { connection, keepAlive } from './connection.ts'
import type { Device } from './devices.ts'
import { type Answer, type Condition, interrupted, judge, rebooted, remember, settle } from './domain/command.ts'
import { defaultConfig, keep, notYetReported, observe, oldest } from './domain/reporting.ts'
import { execute, type Parts } from './execute.ts'
import type { Hardware } from './hardware/hardware.ts'
import type { Journal } from './store/journal.ts'

const firmware = 'holdfast-agent/0.1.0'

/** Milliseconds between two batches of history: a whole fleet comes back at the same moment. */
const backfillPause = 500
/** Milliseconds between two notes of where a moving vehicle is. */
const whereaboutsEvery = 15_000
/** Milliseconds. A broker that does not take the farewell sends the will in its place. */
const farewellBudget = 1_500
/** Percent at which the house is told that the battery wants changing. */
const batteryWarning = 15

export interface VehicleParts {
  readonly device: Device
  /** Random, one per boot of the agent. */
  readonly epoch: string
  readonly mqttUrl: string
  readonly keyById: (kid: string) => KeyObject | undefined
  readonly lowBattery: number
  readonly hardware: Hardware
  readonly journal: Journal
  readonly log: Log
  readonly now: () => number
}

const answered = counter('agent_answers_total', 'Answers to commands', ['phase', 'code'])
const batches = counter('agent_telemetry_batches_total', 'Batches of positions sent', ['history'])
const connects = counter('agent_connects_total', 'Connections that came up')

export interface Vehicle {
  readonly connected: boolean
  /** Ends when the first attempt to connect has succeeded or failed; further attempts go on by themselves. */
  connect(): Promise<void>
  /** Measures and reports what is due. To be called a few times a second. */
  tick(): void
  /** Finishes the command in work, says goodbye and disconnects; no will is sent. */
  stop(): Promise<void>
}

/** Puts a vehicle together. It reads its lock, and settles a command that a crash has left without an answer. */
export async function vehicle(v: VehicleParts): Promise<Vehicle> {
  const { device, epoch, hardware, journal, now } = v
  const { deviceId } = device
  const log = v.log.child({ deviceId })

  let memory = rebooted(journal.kept(deviceId).memory)
  let lock = await hardware.sense()
  let config = defaultConfig
  // The state after the birth is the first report. From there on, parked vehicles of one process take turns.
  let reporting = { ...notYetReported, lastSampleAt: now() - Math.random() * defaultConfig.parkedIntervalMs }
  let history: readonly Sample[] = []
  let backfilling = false
  let reported = { lock, batteryPercent: hardware.readings().batteryPercent }
  let notedAt = 0
  let begun = false
  let seq = 0
  const nextSeq = () => {
    seq += 1
    return seq
  }

  const conn = (online: boolean): Connection => ({ v: 1, online, epoch, firmware, counter: memory.counter, at: now() })
  const client = connection({
    url: v.mqttUrl,
    deviceId,
    password: device.mqttPassword,
    lock,
    will: conn(false),
  })

  const publish = (name: TopicName, payload: Buffer | object, qos: 0 | 1 = topics[name].qos) => {
    const trace = traceparent()
    return client
      .publishAsync(topicOf(deviceId, name), Buffer.isBuffer(payload) ? payload : JSON.stringify(payload), {
        qos,
        retain: topics[name].retain,
        ...(trace && { properties: { userProperties: { [traceProperty]: trace } } }),
      })
      .then(
        () => true,
        () => false, // lost with the connection; what must not be lost is said again after the next birth
      )
  }

  const condition = (): Condition => ({ ...hardware.readings(), lock })
  const circumstances = () => ({
    deviceId,
    epoch,
    seq: nextSeq(),
    now: now(),
    memory,
    condition: condition(),
    lowBattery: v.lowBattery,
    keyById: v.keyById,
  })

  const parts: Parts = {
    async remember(counter, answer) {
      memory = remember(memory, counter, answer)
      await journal.remember(deviceId, counter, answer)
    },
    answer(ack) {
      log.info({ cid: ack.cid, phase: ack.phase, code: ack.code, lock: ack.lock }, 'answered')
      answered.inc({ phase: ack.phase, code: ack.code ?? '' })
      void publish('ack', seal('ack', ack, deviceId, device.privateKey))
    },
    async drive(to) {
      await hardware.drive(to).catch((err: unknown) => log.error({ err }, 'the lock could not be driven'))
    },
    async settle(answer: Answer) {
      const sensed = await hardware.sense().catch((err: unknown) => {
        log.error({ err }, 'the lock could not be read')
        return undefined
      })
      lock = sensed ?? lock
      keepAlive(client, lock)
      return settle(answer, sensed, circumstances())
    },
    report(kind) {
      reportState()
      report(kind)
    },
    beep: () => hardware.beep(),
  }

  const report = (kind: VehicleEvent['kind']) => {
    const event: VehicleEvent = { v: 1, epoch, seq: nextSeq(), kind, at: now() }
    void publish('evt', event)
  }

  const reportState = () => {
    const { latitude, longitude, batteryPercent } = hardware.readings()
    reported = { lock, batteryPercent }
    noteWhereabouts()
    if (!client.connected) return
    const position = { latitude, longitude }
    const state: VehicleState = { v: 1, epoch, seq: nextSeq(), lock, batteryPercent, position, at: now() }
    void publish('state', state)
  }

  const noteWhereabouts = () => {
    const { latitude, longitude, batteryPercent, odometer } = hardware.readings()
    notedAt = now()
    journal.noteWhereabouts(deviceId, { latitude, longitude, batteryPercent, odometer })
  }

  const send = (samples: readonly Sample[], past: boolean) => {
    const telemetry: Telemetry = { v: 1, epoch, seq: nextSeq(), history: past, samples: [...samples] }
    batches.inc({ history: String(past) })
    // History is acknowledged: it is what a trip's distance is corrected by, and nothing comes after it.
    return publish('tele', telemetry, past ? 1 : undefined)
  }

  const backfill = async () => {
    if (backfilling) return
    backfilling = true
    while (history.length > 0 && client.connected) {
      await delay(backfillPause)
      const { batch, rest } = oldest(history)
      history = rest
      if (!(await send(batch, true))) history = keep(batch, history)
    }
    backfilling = false
  }

  const farewell = async () => {
    if (!client.connected) return
    if (reporting.unsent.length > 0) await send(reporting.unsent, false)
    await publish('conn', conn(false))
    await client.endAsync()
  }

  const receive = async (packet: IPublishPacket) => {
    const bytes = Buffer.from(packet.payload)
    if (packet.topic === topicOf(deviceId, 'cfg')) {
      const wanted = VehicleConfig.safeParse(parseJson(bytes))
      if (wanted.success) config = wanted.data
      else log.warn('configuration not understood')
      return
    }
    if (packet.topic !== topicOf(deviceId, 'cmd')) return
    const given = packet.properties?.userProperties?.[traceProperty]
    const trace = Array.isArray(given) ? given[0] : given
    await inTrace(trace, () => execute(judge(bytes, circumstances()), parts))
  }

  // The broker's message is acknowledged when its answer is on disk and on its way. Messages go one after the other, also
  // when one comes over a new connection while the lock still moves for one of the old.
  let working: Promise<void> = Promise.resolve()
  client.handleMessage = (packet, done) => {
    working = working
      .then(() => receive(packet))
      .catch((err: unknown) => log.error({ err }, 'a command was not carried out'))
      .then(() => done())
  }

  client.on('connect', async () => {
    connects.inc()
    try {
      await client.subscribeAsync([topicOf(deviceId, 'cmd'), topicOf(deviceId, 'cfg')], { qos: 1 })
    } catch {
      return // the connection is gone again; the next one does it
    }
    // Birth after subscribing: whoever hears it may send a command at once.
    void publish('conn', conn(true))
    reportState()
    void backfill()
  })
  client.on('error', (error) => {
    // A whole fleet says this when the broker is away; that the broker refuses one vehicle is about this vehicle.
    const refused = 'code' in error && typeof error.code === 'number'
    log[refused ? 'warn' : 'debug']({ reason: error.message }, 'not connected')
  })

  const left = interrupted(memory)
  if (left) await execute(settle(left, lock, circumstances()), parts)

  return {
    get connected() {
      return client.connected
    },
    connect: () =>
      new Promise((resolve) => {
        client.once('connect', () => resolve())
        client.once('close', () => resolve())
        begun = true
        client.connect()
      }),
    tick() {
      const readings = hardware.readings()
      const sample: Sample = { ...readings, at: now() }
      const wasMoving = reporting.moving
      const observed = observe(reporting, { sample, lock, config })
      reporting = observed.reporting
      if (observed.send.length > 0) {
        if (client.connected) void send(observed.send, false)
        else history = keep(history, observed.send)
      }
      const { batteryPercent } = readings
      if (batteryPercent < batteryWarning && reported.batteryPercent >= batteryWarning) report('BATTERY_LOW')
      if ((wasMoving && !reporting.moving) || batteryPercent !== reported.batteryPercent) reportState()
      if (reporting.moving && now() - notedAt >= whereaboutsEvery) noteWhereabouts()
    },
    async stop() {
      await working
      await withTimeout(farewellBudget, 'the broker', farewell()).catch(() => undefined)
      if (begun) await client.endAsync(true) // mqtt.js cannot end what has never begun
      await working // a command that came in with the farewell
      noteWhereabouts()
    },
  }
}
