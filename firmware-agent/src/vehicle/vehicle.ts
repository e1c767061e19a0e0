import { withTimeout } from '@holdfast/service/process'
import { afterReboot, noSavedCommands } from '../domain/saved-commands.ts'
import { createSession } from '../mqtt/session.ts'
import { createCommands } from './commands.ts'
import type { VehicleContext, VehicleOptions } from './context.ts'
import { createReports } from './reports.ts'

const firmware = 'holdfast-agent/0.1.0'

/** Milliseconds. A broker that takes longer than this to let the vehicle go publishes the will instead. */
const leaveTimeout = 1_500

export type Vehicle = Awaited<ReturnType<typeof createVehicle>>

/** A vehicle that is not connected yet. Reads its lock, and settles a command that a crash has interrupted. */
export async function createVehicle(options: VehicleOptions) {
  const { device, epoch, hardware, journal } = options
  const { deviceId, mqttPassword: password } = device
  const log = options.log.child({ deviceId })
  let seq = 0
  const context: VehicleContext = {
    ...options,
    log,
    nextSeq() {
      seq += 1
      return seq
    },
    lock: await hardware.readLock(),
    saved: afterReboot(journal.load(deviceId) ?? noSavedCommands),
  }
  const session = createSession({
    url: options.mqttUrl,
    deviceId,
    password,
    lock: context.lock,
    log,
    announcement: (online) => ({ v: 1, online, epoch, firmware, counter: context.saved.counter, at: Date.now() }),
    online: () => reports.catchUp(),
    receive: {
      cmd: (payload) => commands.receive(payload),
      cfg: (payload) => reports.configure(payload),
    },
  })
  const reports = createReports(context, session)
  const commands = createCommands(context, session, reports)
  await commands.settleInterrupted()

  const leave = async () => {
    if (!session.connected) return
    await reports.sendWaiting()
    await session.leave()
  }

  return {
    get connected(): boolean {
      return session.connected
    },
    connect: session.connect,
    /** Measures, and reports what is due. To be called a few times a second. */
    tick: reports.tick,
    /** Finishes the command that is being carried out, announces that the vehicle leaves, and disconnects. */
    async stop(): Promise<void> {
      await session.idle()
      await withTimeout(leaveTimeout, 'the broker', leave()).catch(() => undefined)
      await session.close()
      await session.idle() // a command that came in while leaving
    },
  }
}
