import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { subgraphConfig } from '@holdfast/service/graphql'
import { readConfig } from '@holdfast/service/process'
import { z } from 'zod'

const KeyFile = z.string().transform((path, context) => {
  try {
    const key = createPrivateKey(readFileSync(path))
    if (key.asymmetricKeyType === 'ed25519') return { key, name: basename(path, extname(path)) }
  } catch {
    // The cause could quote the file.
  }
  context.addIssue({ code: 'custom', message: 'is not a readable PEM file with an Ed25519 private key' })
  return z.NEVER
})

const environment = readConfig(
  {
    ...subgraphConfig,
    MQTT_URL: z.url({ protocol: /^(mqtts?|wss?)$/ }),
    MQTT_USERNAME: z.string(),
    MQTT_PASSWORD: z.string(),
    /** The broker keeps messages for a client of this name while it restarts; two replicas must not share it. */
    MQTT_CLIENT_ID: z.string().optional(),
    /** Signs commands. */
    COMMAND_KEY_FILE: KeyFile,
    /** Vehicles know the key by this id; without it, by the file's name without its extension. */
    COMMAND_KEY_ID: z.string().min(1).max(64).optional(),
    /** How long a vehicle without contact stays on the map. */
    CONTACT_GRACE_SECONDS: z.coerce.number().int().min(0).default(300),
    /** How long a vehicle may execute a command. */
    COMMAND_TTL_SECONDS: z.coerce.number().int().min(2).max(60).default(15),
    /** A vehicle with less is not offered. */
    MIN_BATTERY_PERCENT: z.coerce.number().int().min(0).max(100).default(15),
    /** How often moving vehicles report their position. */
    MOVING_INTERVAL_MS: z.coerce.number().int().min(200).max(60_000).default(1_000),
  },
  process.env,
)

/** The environment, read once. If anything is wrong, the process names all faults and does not start. */
export const config = {
  ...environment,
  commandKey: {
    kid: environment.COMMAND_KEY_ID ?? environment.COMMAND_KEY_FILE.name,
    privateKey: environment.COMMAND_KEY_FILE.key,
  },
  commandTtlMs: environment.COMMAND_TTL_SECONDS * 1_000,
  offerRules: {
    graceMs: environment.CONTACT_GRACE_SECONDS * 1_000,
    minBatteryPercent: environment.MIN_BATTERY_PERCENT,
  },
}
