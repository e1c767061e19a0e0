import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import type { ServerFiles } from '../files.ts'
import { ManagedProcess } from '../processes/managed-process.ts'
import { findProgram } from './system-programs.ts'

/** A device as the broker knows it. */
export type BrokerDevice = { deviceId: string; mqttPassword: string }

export type MosquittoOptions = {
  /** For vehicles, and for the fleet service. */
  ports: { vehicles: number; fleet: number }
  fleetPassword: string
  devices: readonly BrokerDevice[]
}

export type Mosquitto = ManagedProcess & {
  /** mqtt://127.0.0.1:… for vehicles, which log in with their device id and password. */
  vehicleUrl: string
  /** mqtt://127.0.0.1:… for the fleet service, which logs in as `fleet`. */
  fleetUrl: string
}

/** A Mosquitto on 127.0.0.1, not yet started. It reads its devices at each start. */
export function mosquitto(files: ServerFiles, options: MosquittoOptions): Mosquitto {
  const { ports, fleetPassword } = options
  const { command, env } = findProgram('mosquitto')
  const fleetUrl = `mqtt://127.0.0.1:${ports.fleet}`
  const server = new ManagedProcess({
    name: 'mosquitto',
    command,
    args: ['-c', join(files.dataDir, 'mosquitto.conf')],
    env,
    ...files,
    prepare: () => writeConfiguration(files.dataDir, options),
    // Only this broker knows the password.
    ready: () => connectToBroker({ url: fleetUrl, username: 'fleet', password: fleetPassword }, 2_000),
  })
  return Object.assign(server, { fleetUrl, vehicleUrl: `mqtt://127.0.0.1:${ports.vehicles}` })
}

/** Connects and disconnects again; throws what the broker says against it. */
export async function connectToBroker(
  { url, username, password }: { url: string; username: string; password: string },
  connectTimeout: number,
): Promise<void> {
  const options = { username, password, protocolVersion: 5, reconnectPeriod: 0, connectTimeout } as const
  await (await connectAsync(url, options)).endAsync(true)
}

// Two listeners. On the one for vehicles a client's id is its user name, so no vehicle can disconnect another by taking its
// id. The fleet service opens several connections as one user and so needs other ids; vehicles have no password there.
function writeConfiguration(dataDir: string, { ports, fleetPassword, devices }: MosquittoOptions): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const write = (name: string, lines: string[]) => {
    const path = join(dataDir, name)
    writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 })
    return path
  }
  const vehiclePasswords = write('vehicle.passwords', devices.map(passwordLine))
  const vehicleAcl = write('vehicle.acl', ['pattern read vehicles/%u/dn/#', 'pattern write vehicles/%u/up/#'])
  const fleetPasswords = write('fleet.passwords', [passwordLine({ deviceId: 'fleet', mqttPassword: fleetPassword })])
  const fleetAcl = write('fleet.acl', ['user fleet', 'topic write vehicles/+/dn/#', 'topic read vehicles/+/up/#'])
  write('mosquitto.conf', [
    'per_listener_settings true',
    '',
    `listener ${ports.vehicles} 127.0.0.1`,
    'allow_anonymous false',
    'use_username_as_clientid true',
    `password_file ${vehiclePasswords}`,
    `acl_file ${vehicleAcl}`,
    '',
    `listener ${ports.fleet} 127.0.0.1`,
    'allow_anonymous false',
    `password_file ${fleetPasswords}`,
    `acl_file ${fleetAcl}`,
    '',
    'max_packet_size 16384',
    'max_keepalive 300',
    // When the whole fleet loses contact at once, each vehicle has a last will; the default of 1,000 would drop the rest.
    'max_queued_messages 100000',
    // Sessions survive a restart. Messages not yet delivered may be lost, because commands are kept in Postgres.
    'persistence true',
    `persistence_location ${dataDir}/`,
    'autosave_interval 5',
    'persistent_client_expiration 1d',
    'set_tcp_nodelay true',
    'log_dest stderr',
    'log_type error',
    'log_type warning',
    'log_type notice',
    'connection_messages false',
    // As root it would switch to the user `mosquitto`, which cannot read the project's folder. Ignored when not root.
    'user root',
  ])
}

/** One line of a Mosquitto password file: `$7$`, PBKDF2-SHA512. Few rounds, because these passwords are 128 random bits. */
function passwordLine({ deviceId, mqttPassword }: BrokerDevice): string {
  const rounds = 101
  const salt = randomBytes(12)
  const hash = pbkdf2Sync(mqttPassword, salt, rounds, 64, 'sha512')
  return `${deviceId}:$7$${rounds}$${salt.toString('base64')}$${hash.toString('base64')}`
}
