import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { commonConfig, readConfig, Secret } from '@holdfast/service/process'
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

const { COMMAND_KEY_FILE, ...rest } = readConfig(
  {
    ...commonConfig,
    /** Logs in as the role `fleet`. */
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
    REDIS_URL: z.url({ protocol: /^rediss?$/ }),
    /** Shared with the gateway; only what it signs is answered. */
    GATEWAY_SECRET: Secret,
    MQTT_URL: z.url({ protocol: /^(mqtts?|wss?)$/ }),
    MQTT_USERNAME: z.string(),
    MQTT_PASSWORD: z.string(),
    /** The broker keeps messages for a process of this name while it restarts; two replicas must not share it. */
    MQTT_CLIENT_ID: z.string().optional(),
    /** Signs commands. */
    COMMAND_KEY_FILE: KeyFile,
    /** By which vehicles know the key; the file's name without its extension when not given. */
    COMMAND_KEY_ID: z.string().min(1).max(64).optional(),
    /** How long a vehicle without contact stays on the map. */
    CONTACT_GRACE_SECONDS: z.coerce.number().int().min(0).default(300),
    /** How long a vehicle may obey a command. */
    COMMAND_TTL_SECONDS: z.coerce.number().int().min(2).max(60).default(15),
    /** Below it a vehicle is not offered. */
    MIN_BATTERY_PERCENT: z.coerce.number().int().min(0).max(100).default(15),
    /** How often riding vehicles say where they are. */
    MOVING_INTERVAL_MS: z.coerce.number().int().min(200).max(60_000).default(1_000),
  },
  process.env,
)

/** The environment, read once and whole: with faults the process names them all and does not start. */
export const config = {
  ...rest,
  commandKey: { kid: rest.COMMAND_KEY_ID ?? COMMAND_KEY_FILE.name, privateKey: COMMAND_KEY_FILE.key },
  listing: { graceMs: rest.CONTACT_GRACE_SECONDS * 1_000, minBatteryPercent: rest.MIN_BATTERY_PERCENT },
}
