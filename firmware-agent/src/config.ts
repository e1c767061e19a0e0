import { readConfig } from '@holdfast/service/process'
import { z } from 'zod'
import { agentConfig, contentOf } from './agent-config.ts'
import { Device, readDevices } from './credentials/devices.ts'

/** The environment. With faults the process names them all and does not start. */
export const config = readConfig(
  {
    ...agentConfig,
    /** The vehicle as it was provisioned: a list of one. */
    DEVICES_FILE: contentOf((path) => {
      const [device, ...others] = readDevices(path, Device)
      if (!device || others.length > 0) throw new Error('must name exactly one vehicle, the one with this lock')
      return device
    }),
    /** Program that drives the motor; see `hardware/gpio.ts`. */
    ACTUATOR_COMMAND: z.string(),
    LOCK_SENSOR_FILE: z.string(),
    READINGS_FILE: z.string(),
  },
  process.env,
)
