import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, isFree } from '../processes/free-port.ts'
import { CannotStart } from './addresses.ts'
import { type ProcessName, processNames } from './processes.ts'
import { writePrivateFile } from './secrets.ts'
import type { Settings } from './settings.ts'

const servers = ['postgres', 'redis', 'brokerForVehicles', 'brokerForFleet'] as const

/** Every port of a stack. */
export type Ports = Record<ProcessName | (typeof servers)[number], number>

/** The ports this data folder had before, where they are still free, and free ones for the rest: what is set up against a
 * running stack still works after the next start, and Mosquitto knows its sessions only by the port they came through.
 * fixed: the settings' ports for what people address, or CannotStart that names all of them that are taken. */
export async function choosePorts(
  dataDir: string,
  kind: 'fixed' | 'free',
  settings: Settings,
  absent: ReadonlySet<string>,
): Promise<Ports> {
  const file = join(dataDir, 'ports.json')
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Ports>) : {}
  const fixed = kind === 'free' ? {} : fixedPorts(settings, absent)
  const taken: string[] = []
  const ports = {} as Ports
  for (const name of [...servers, ...processNames]) {
    const { port, variable } = fixed[name] ?? { port: before[name], variable: undefined }
    const free = port !== undefined && (await isFree(port))
    if (!free && variable !== undefined) {
      taken.push(`Port ${port} is taken by another program; set ${variable} to a free one.`)
    }
    ports[name] = free ? port : await freePort()
  }
  if (taken.length > 0) throw new CannotStart(taken.join('\n'))
  writePrivateFile(file, JSON.stringify(ports))
  return ports
}

type Fixed = Partial<Record<keyof Ports, { port: number; variable: string }>>

const fixedPorts = (settings: Settings, absent: ReadonlySet<string>): Fixed => ({
  gateway: { port: settings.port, variable: 'PORT' },
  ...(absent.has('issuer') ? {} : { issuer: { port: settings.issuerPort, variable: 'ISSUER_PORT' } }),
})
