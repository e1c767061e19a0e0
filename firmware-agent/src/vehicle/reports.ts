import {
  parseJson,
  type Sample,
  type Telemetry,
  VehicleConfig,
  type VehicleEvent,
  type VehicleState,
} from '@holdfast/contracts'
import { counter } from '@holdfast/service/process'
import { defaultConfig, notYetReported, observe } from '../domain/reporting.ts'
import type { Session } from '../mqtt/session.ts'
import type { VehicleContext } from './context.ts'
import { createHistory } from './unsent-samples.ts'

/** Percent below which the battery is reported as low. */
const batteryWarning = 15

const batches = counter('agent_telemetry_batches_total', 'Batches of positions sent', ['history'])

export type Reports = ReturnType<typeof createReports>

/** What a vehicle publishes by itself: its state, events, and measured positions. */
export function createReports(vehicle: VehicleContext, session: Session) {
  const { hardware, epoch, nextSeq, log } = vehicle
  let config = defaultConfig
  // The state is the first report after connecting. From there on the parked vehicles of one process take turns.
  let reporting = { ...notYetReported, lastSampleAt: Date.now() - Math.random() * defaultConfig.parkedIntervalMs }
  let reportedBattery = hardware.readings().batteryPercent

  const send = (samples: readonly Sample[], history: boolean) => {
    const telemetry: Telemetry = { v: 1, epoch, seq: nextSeq(), history, samples: [...samples] }
    batches.inc({ history: String(history) })
    // History is acknowledged: the distance of a trip is corrected by it, and no later message makes up for a lost one.
    return session.publish('tele', telemetry, history ? 1 : undefined)
  }
  const history = createHistory(
    () => session.connected,
    (batch) => send(batch, true),
  )

  const publishEvent = (kind: VehicleEvent['kind']) => {
    const event: VehicleEvent = { v: 1, epoch, seq: nextSeq(), kind, at: Date.now() }
    void session.publish('evt', event)
  }

  const publishState = () => {
    const { latitude, longitude, batteryPercent } = hardware.readings()
    const position = { latitude, longitude }
    reportedBattery = batteryPercent
    if (!session.connected) return
    const { lock } = vehicle
    const state: VehicleState = { v: 1, epoch, seq: nextSeq(), lock, batteryPercent, position, at: Date.now() }
    void session.publish('state', state)
  }

  return {
    /** Measures, and sends what is due. */
    tick(): void {
      const sample: Sample = { ...hardware.readings(), at: Date.now() }
      const { batteryPercent } = sample
      const wasMoving = reporting.moving
      const observed = observe(reporting, { sample, lock: vehicle.lock, config })
      reporting = observed.reporting
      if (observed.send.length > 0) {
        if (session.connected) void send(observed.send, false)
        else history.add(observed.send)
      }
      if (batteryPercent < batteryWarning && reportedBattery >= batteryWarning) publishEvent('BATTERY_LOW')
      if ((wasMoving && !reporting.moving) || batteryPercent !== reportedBattery) publishState()
    },
    publishState,
    publishEvent,
    /** Publishes the state, and what was measured while there was no connection. */
    catchUp(): void {
      publishState()
      void history.sendAll()
    },
    /** Sends the samples that wait for their batch to be full. */
    async sendWaiting(): Promise<void> {
      if (reporting.unsent.length > 0) await send(reporting.unsent, false)
    },
    /** Takes over report intervals that the server asks for. */
    configure(payload: Buffer): void {
      const parsed = VehicleConfig.safeParse(parseJson(payload))
      if (parsed.success) config = parsed.data
      else log.warn('the configuration is malformed and was ignored')
    },
  }
}
