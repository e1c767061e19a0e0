import { commonConfig } from '@holdfast/service/process'
import { z } from 'zod'
import { readCommandKeys } from './credentials/command-keys.ts'

/** A variable that names a file, which is read with the configuration, so that all faults are named together. */
export const contentOf = <T>(read: (path: string) => T) =>
  z.string().transform((path, context) => {
    try {
      return read(path)
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'cannot be read' })
      return z.NEVER
    }
  })

/** What every agent is configured by, whatever its hardware. */
export const agentConfig = {
  ...commonConfig,
  MQTT_URL: z.url({ protocol: /^mqtts?$/ }),
  COMMAND_PUBLIC_KEY_FILE: contentOf(readCommandKeys),
  /** What survives a crash. One agent for each folder. */
  STATE_DIR: z.string(),
  /** Percent of battery below which a vehicle does not unlock. */
  LOW_BATTERY_PERCENT: z.coerce.number().int().min(0).max(100).default(8),
}
export type AgentConfig = z.infer<z.ZodObject<typeof agentConfig>>
