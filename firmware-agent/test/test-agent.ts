/** An agent of many vehicles that stand; their locks are files. */
import { setTimeout as delay } from 'node:timers/promises'
import { createLog, readConfig } from '@holdfast/service/process'
import { z } from 'zod'
import { runAgent } from '../src/agent.ts'
import { agentConfig, contentOf } from '../src/agent-config.ts'
import { Device, readDevices } from '../src/credentials/devices.ts'
import type { Hardware } from '../src/hardware/hardware.ts'
import { addMove, readMoves } from './moves.ts'

const StandingDevice = Device.extend({ latitude: z.number(), longitude: z.number(), batteryPercent: z.int() })

const config = readConfig(
  {
    ...agentConfig,
    DEVICES_FILE: contentOf((path) => readDevices(path, StandingDevice)),
    /** Milliseconds: the bolt moves after half of them. */
    LOCK_MS: z.coerce.number().default(0),
  },
  process.env,
)
const { DEVICES_FILE: devices, STATE_DIR, LOCK_MS } = config

await runAgent({
  log: createLog('test-agent', config.LOG_LEVEL),
  config,
  devices,
  connectHardware: async () => ({
    of: ({ deviceId, latitude, longitude, batteryPercent }): Hardware => ({
      async moveLock(to) {
        await delay(LOCK_MS / 2)
        addMove(STATE_DIR, deviceId, to)
        await delay(LOCK_MS / 2)
      },
      readLock: async () => readMoves(STATE_DIR, deviceId).at(-1) ?? 'LOCKED',
      readings: () => ({ latitude, longitude, batteryPercent, speed: 0, heading: 0, odometer: 0 }),
      beep: () => {},
    }),
    [Symbol.dispose]: () => {},
  }),
})
