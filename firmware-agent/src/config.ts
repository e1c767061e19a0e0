import { commonConfig, readConfig } from '@holdfast/service/process'
import { z } from 'zod'
import { readCommandKeys } from './command-keys.ts'
import { readDevices } from './devices.ts'

/** A path whose file is read with the configuration, so that its faults are named together with the others. */
const fileOf = <T>(read: (path: string) => T) =>
  z.string().transform((path, context) => {
    try {
      return read(path)
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'cannot be read' })
      return z.NEVER
    }
  })

/** Seconds as `2` or `20-60`. */
const Seconds = z
  .string()
  .regex(/^\d+(-\d+)?$/, 'must be seconds, as 30 or 20-60')
  .transform((text) => text.split('-').map(Number))
  .transform(([shortest = 0, longest = shortest]) => ({ shortest, longest }))
  .refine(({ shortest, longest }) => shortest >= 1 && longest >= shortest, 'must be at least 1, and the smaller first')

const always = {
  ...commonConfig,
  MQTT_URL: z.url({ protocol: /^mqtts?$/ }),
  /** The vehicles that were provisioned: a real one, or a whole simulated fleet. */
  DEVICES_FILE: fileOf(readDevices),
  COMMAND_PUBLIC_KEY_FILE: fileOf(readCommandKeys),
  /** What survives a crash. One process per directory. */
  STATE_DIR: z.string(),
  /** Percent of battery under which a vehicle does not open. */
  LOW_BATTERY_PERCENT: z.coerce.number().int().min(0).max(100).default(8),
  HARDWARE: z.enum(['simulated', 'gpio']).default('simulated'),
}

const simulated = {
  /** How many of the vehicles that can ride do so; all of them when not given. */
  FLEET: z.coerce.number().int().nonnegative().optional(),
  /** How long a simulated ride takes from unlocking to standing at a parking place. */
  RIDE_SECONDS: Seconds.default({ shortest: 20, longest: 60 }),
  /** Simulated seconds per second. Above 1 the positions move faster than the speed that is reported with them. */
  SIMULATION_SPEED: z.coerce.number().min(0.1).max(60).default(1),
  SIMULATION_SEED: z.coerce.number().int().default(1),
  /** Milliseconds from the motor's start until the lock's sensor can be believed. */
  SIMULATED_LOCK_MS: z.coerce.number().int().min(0).max(10_000).default(40),
}

const gpio = {
  /** Program that drives the motor; see `hardware/gpio.ts`. */
  ACTUATOR_COMMAND: z.string(),
  LOCK_SENSOR_FILE: z.string(),
  READINGS_FILE: z.string(),
}

/** The environment, read once and whole: with faults the process names them all and does not start. */
export const config =
  process.env['HARDWARE'] === 'gpio'
    ? { ...readConfig({ ...always, ...gpio }, process.env), HARDWARE: 'gpio' as const }
    : { ...readConfig({ ...always, ...simulated }, process.env), HARDWARE: 'simulated' as const }
