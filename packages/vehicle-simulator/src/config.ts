import { agentConfig, contentOf } from '@holdfast/firmware-agent/config'
import { readDevices } from '@holdfast/firmware-agent/devices'
import { readConfig } from '@holdfast/service/process'
import { z } from 'zod'
import { SimulatedDevice } from './devices.ts'

/** Seconds as `2` or `20-60`. */
const Seconds = z
  .string()
  .regex(/^\d+(-\d+)?$/, 'must be seconds, as 30 or 20-60')
  .transform((text) => text.split('-').map(Number))
  .transform(([shortest = 0, longest = shortest]) => ({ shortest, longest }))
  .refine(({ shortest, longest }) => shortest >= 1 && longest >= shortest, 'must be at least 1, and the smaller first')

/** The environment. With faults the process names them all and does not start. */
export const config = readConfig(
  {
    ...agentConfig,
    /** The simulated vehicles. */
    DEVICES_FILE: contentOf((path) => readDevices(path, SimulatedDevice)),
    /** How many of the vehicles with `rides` are ridden; all of them when not given. */
    FLEET: z.coerce.number().int().nonnegative().optional(),
    /** How long a ride takes from unlocking to standing at a parking place. */
    RIDE_SECONDS: Seconds.default({ shortest: 20, longest: 60 }),
    /** Simulated seconds per second. Above 1 the positions move faster than the speed that is reported with them. */
    SIMULATION_SPEED: z.coerce.number().min(0.1).max(60).default(1),
    SIMULATION_SEED: z.coerce.number().int().default(1),
    /** Milliseconds from the motor's start until the lock's sensor shows the final state. */
    SIMULATED_LOCK_MS: z.coerce.number().int().min(0).max(10_000).default(40),
  },
  process.env,
)
export type SimulatorConfig = typeof config
