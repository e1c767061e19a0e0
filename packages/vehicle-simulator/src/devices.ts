import { Device } from '@holdfast/firmware-agent/devices'
import { z } from 'zod'

/** A provisioned vehicle, and what its simulation starts from. */
export const SimulatedDevice = Device.extend({
  /** Whether a rider rides it through the streets once it is unlocked. */
  rides: z.boolean(),
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  batteryPercent: z.int().min(0).max(100).default(100),
})
export type SimulatedDevice = z.infer<typeof SimulatedDevice>
