import type { KeyObject } from 'node:crypto'
import { type Log, within } from '@holdfast/service'
import { afterReboot, noSavedCommands } from '../domain/saved-commands.ts'
import type { Hardware } from '../hardware/hardware.ts'
import { createSession } from '../mqtt/session.ts'
import type { Device } from '../provisioning/devices.ts'
import type { Journal } from '../store/journal.ts'
import { createCommands } from './commands.ts'
import type { CurrentState } from './current-state.ts'
import { messageOrder } from './message-order.ts'
import { createReports } from './reports.ts'

const firmware = 'holdfast-agent/0.1.0'

/** Milliseconds. A broker that takes longer than this to let the vehicle go publishes the will instead. */
const leaveTimeout = 1_500

export interface VehicleOptions {
  readonly device: Device
  /** Random, one for each boot of the agent. */
  readonly epoch: string
  readonly mqttUrl: string
  readonly keyById: (kid: string) => KeyObject | undefined
  readonly lowBattery: number
  readonly hardware: Hardware
  readonly journal: Journal
  readonly log: Log
}

export interface Vehicle {
  readonly connected: boolean
  /** Ends when the first attempt to connect has succeeded or failed; further attempts go on by themselves. */
  connect(): Promise<void>
  /** Measures, and reports what is due. To be called a few times a second. */
  tick(): void
  /** Finishes the command that is being carried out, announces that the vehicle leaves, and disconnects. */
  stop(): Promise<void>
}

/** A vehicle that is not connected yet. Reads its lock, and settles a command that a crash has interrupted. */
export async function createVehicle(options: VehicleOptions): Promise<Vehicle> {
  const { device, epoch, hardware, journal } = options
  const { deviceId } = device
  const log = options.log.child({ deviceId })
  const order = messageOrder(epoch)
  const current: CurrentState = {
    lock: await hardware.readLock(),
    saved: afterReboot(journal.load(deviceId) ?? noSavedCommands),
  }
  const session = createSession({
    url: options.mqttUrl,
    deviceId,
    password: device.mqttPassword,
    lock: current.lock,
    log,
    connectionMessage: (online) => ({
      v: 1,
      online,
      epoch,
      firmware,
      counter: current.saved.counter,
      at: Date.now(),
    }),
    online: () => reports.catchUp(),
    receive: {
      cmd: (payload) => commands.receive(payload),
      cfg: (payload) => reports.configure(payload),
    },
  })
  const reports = createReports({ hardware, session, current, order, log })
  const commands = createCommands({ ...options, session, reports, current, order, log })
  await commands.settleInterrupted()

  const leave = async () => {
    if (!session.connected) return
    await reports.sendWaiting()
    await session.leave()
  }

  return {
    get connected() {
      return session.connected
    },
    connect: session.connect,
    tick: reports.tick,
    async stop() {
      await session.idle()
      await within(leaveTimeout, 'the broker', leave()).catch(() => undefined)
      await session.close()
      await session.idle() // a command that came in while leaving
    },
  }
}
