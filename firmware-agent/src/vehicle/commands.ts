import { signEnvelope } from '@holdfast/contracts'
import { counter } from '@holdfast/service/process'
import { decide, type Situation, settle } from '../domain/command.ts'
import { interruptedCommand, withCommand } from '../domain/saved-commands.ts'
import type { Session } from '../mqtt/session.ts'
import type { VehicleContext } from './context.ts'
import { type Effects, execute } from './execute.ts'
import type { Reports } from './reports.ts'

const acks = counter('agent_acks_total', 'Acks sent', ['phase', 'code'])

/** Receives the commands of one vehicle and carries them out. */
export function createCommands(vehicle: VehicleContext, session: Session, reports: Reports) {
  const { device, epoch, keyById, lowBattery, hardware, journal, log } = vehicle
  const { deviceId, privateKey } = device

  const situation = (): Situation => ({
    deviceId,
    epoch,
    seq: vehicle.nextSeq(),
    now: Date.now(),
    saved: vehicle.saved,
    condition: { ...hardware.readings(), lock: vehicle.lock },
    lowBattery,
    keyById,
  })

  const effects: Effects = {
    save({ counter, command }) {
      vehicle.saved = withCommand(vehicle.saved, counter, command)
      try {
        journal.save(deviceId, vehicle.saved)
      } catch (err) {
        // Without its journal no vehicle may act on a command. The supervisor of the agent starts it again.
        log.fatal({ err }, 'the journal cannot be written')
        process.exit(1)
      }
    },
    ack({ ack }) {
      log.info({ cid: ack.cid, phase: ack.phase, code: ack.code, lock: ack.lock }, 'ack')
      acks.inc({ phase: ack.phase, code: ack.code ?? '' })
      void session.publish('ack', signEnvelope('ack', ack, deviceId, privateKey))
    },
    // A motor that failed shows in the sensor.
    moveLock: ({ to }) => hardware.moveLock(to).catch((err: unknown) => log.error({ err }, 'the lock did not move')),
    async settle({ command }) {
      const sensor = await hardware.readLock().catch((err: unknown) => {
        log.error({ err }, 'the lock cannot be read')
        return undefined
      })
      vehicle.lock = sensor ?? vehicle.lock
      session.setKeepalive(vehicle.lock)
      return settle(command, sensor, situation())
    },
    report({ event }) {
      reports.publishState()
      reports.publishEvent(event)
    },
    beep: () => hardware.beep(),
  }

  return {
    /** Ends when the command is settled, and its last ack is saved and on its way. */
    receive: (bytes: Buffer): Promise<void> => execute(decide(bytes, situation()), effects),
    /** Settles the command that was accepted before the agent ended, if there is one. */
    async settleInterrupted(): Promise<void> {
      const command = interruptedCommand(vehicle.saved)
      if (command) await execute([{ do: 'settle', command }], effects)
    },
  }
}
