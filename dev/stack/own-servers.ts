import { join } from 'node:path'
import { logFileOf, pidFileOf } from '../files.ts'
import { type Mosquitto, mosquitto } from '../servers/mosquitto.ts'
import { type Postgres, postgres } from '../servers/postgres.ts'
import { type RedisServer, redis } from '../servers/redis.ts'
import type { Device } from './devices.ts'
import type { Ports } from './ports.ts'
import type { ServerName } from './processes.ts'
import type { Secrets } from './secrets.ts'
import type { Settings } from './settings.ts'

/** The servers that do not run elsewhere, not yet started. */
export type OwnServers = {
  database: Postgres | undefined
  redis: RedisServer | undefined
  broker: Mosquitto | undefined
}

export function ownServers(
  settings: Settings,
  dataDir: string,
  ports: Ports,
  secrets: Secrets,
  devices: readonly Device[],
): OwnServers {
  const files = (name: ServerName) => ({
    dataDir: join(dataDir, name),
    logFile: logFileOf(dataDir, name),
    pidFile: pidFileOf(dataDir, name),
  })
  return {
    database:
      settings.databaseUrl === undefined
        ? postgres({ ...files('postgres'), port: ports.postgres, password: secrets.postgres, durable: true })
        : undefined,
    redis:
      settings.redisUrl === undefined
        ? redis({ ...files('redis'), port: ports.redis, password: secrets.redis })
        : undefined,
    broker:
      settings.broker === undefined
        ? mosquitto({
            ...files('mosquitto'),
            ports: { vehicles: ports.brokerForVehicles, fleet: ports.brokerForFleet },
            fleetPassword: secrets.fleetBroker,
            devices,
          })
        : undefined,
  }
}
