/** Receives commands and carries them out. */
import type { KeyObject } from 'node:crypto'
import { seal } from '@holdfast/contracts'
import { counter, type Log } from '@holdfast/service'
import { decide, type Situation, settle } from '../domain/command.ts'
import { interruptedCommand, withCommand } from '../domain/saved-commands.ts'
import type { Hardware } from '../hardware/hardware.ts'
import type { Session } from '../mqtt/session.ts'
import type { Device } from '../provisioning/devices.ts'
import type { Journal } from '../store/journal.ts'
import type { CurrentState } from './current-state.ts'
import { type Effects, execute } from './execute.ts'
import type { MessageOrder } from './message-order.ts'
import type { Reports } from './reports.ts'

const acks = counter('agent_acks_total', 'Acks sent', ['phase', 'code'])

export interface Commands {
  /** Ends when the command is settled and its last ack is saved and on its way. */
  receive(bytes: Buffer): Promise<void>
  /** Settles the command that was accepted before the agent ended, if there is one. */
  settleInterrupted(): Promise<void>
}

export function createCommands(options: {
  readonly device: Device
  readonly keyById: (kid: string) => KeyObject | undefined
  readonly lowBattery: number
  readonly hardware: Hardware
  readonly journal: Journal
  readonly session: Session
  readonly reports: Reports
  readonly current: CurrentState
  readonly order: MessageOrder
  readonly log: Log
}): Commands {
  const { device, keyById, lowBattery, hardware, journal, session, reports, current, order, log } = options
  const { deviceId, privateKey } = device

  const situation = (): Situation => ({
    deviceId,
    epoch: order.epoch,
    seq: order.nextSeq(),
    now: Date.now(),
    saved: current.saved,
    condition: { ...hardware.readings(), lock: current.lock },
    lowBattery,
    keyById,
  })

  const effects: Effects = {
    save({ counter, command }) {
      current.saved = withCommand(current.saved, counter, command)
      journal.save(deviceId, current.saved)
    },
    ack({ ack }) {
      log.info({ cid: ack.cid, phase: ack.phase, code: ack.code, lock: ack.lock }, 'ack')
      acks.inc({ phase: ack.phase, code: ack.code ?? '' })
      void session.publish('ack', seal('ack', ack, deviceId, privateKey))
    },
    // A motor that failed shows in the sensor.
    moveLock: ({ to }) => hardware.moveLock(to).catch((err: unknown) => log.error({ err }, 'the lock did not move')),
    async settle({ command }) {
      const sensor = await hardware.readLock().catch((err: unknown) => {
        log.error({ err }, 'the lock cannot be read')
        return undefined
      })
      current.lock = sensor ?? current.lock
      session.setKeepalive(current.lock)
      return settle(command, sensor, situation())
    },
    report({ event }) {
      reports.publishState()
      reports.publishEvent(event)
    },
    beep: () => hardware.beep(),
  }

  return {
    receive: (bytes) => execute(decide(bytes, situation()), effects),
    async settleInterrupted() {
      const command = interruptedCommand(current.saved)
      if (command) await execute([{ do: 'settle', command }], effects)
    },
  }
}
