import { join } from 'node:path'
import { readJson, writePrivateFile } from '../files.ts'
import { CannotStart, messages } from '../messages.ts'
import { freePort, isFree, isTaken } from '../processes/free-port.ts'
import { type ProcessName, processNames, publicHost } from './processes.ts'
import type { Settings } from './settings.ts'

const servers = ['postgres', 'redis', 'brokerForVehicles', 'brokerForFleet'] as const

/** Every port of a stack. */
export type Ports = Record<ProcessName | (typeof servers)[number], number>

/** The ports that this data folder had before, and free ones instead of those that are taken now: what is configured
 * against a running stack still works after the next start, and Mosquitto finds its sessions only by the port they came
 * through. `public`: the ports of the settings for the gateway and the issuer. If one of them is taken, a free port next
 * to it is used and `say` is told; if it was asked for, CannotStart names it. */
export async function choosePorts(
  dataDir: string,
  kind: 'public' | 'free',
  settings: Settings,
  external: ReadonlySet<string>,
  say: (line: string) => void = () => {},
): Promise<Ports> {
  const file = join(dataDir, 'ports.json')
  const before = readJson<Partial<Ports>>(file) ?? {}
  const ports = {} as Ports
  for (const name of [...servers, ...processNames]) {
    const port = before[name]
    ports[name] = port !== undefined && (await isFree(port)) ? port : await freePort()
  }
  if (kind === 'public') Object.assign(ports, await publicPorts(settings, external, say))
  writePrivateFile(file, JSON.stringify(ports))
  return ports
}

async function publicPorts(
  { host, port, issuerPort, chosen }: Settings,
  external: ReadonlySet<string>,
  say: (line: string) => void,
): Promise<Partial<Ports>> {
  // A program that listens on one of the addresses of `localhost` alone would get the requests to the printed URL.
  const addresses = publicHost(host) === 'localhost' ? [host, '127.0.0.1', '::1'] : [host]
  const all = [
    { name: 'gateway', what: 'The endpoint', port, variable: 'PORT', addresses },
    { name: 'issuer', what: 'The token issuer', port: issuerPort, variable: 'ISSUER_PORT', addresses: ['127.0.0.1'] },
  ] as const
  const requests = all.filter(({ name }) => !external.has(name))
  const ports: Partial<Ports> = {}
  const taken: string[] = []
  for (const { name, what, port, variable, addresses } of requests) {
    const reserved = requests.flatMap((other) => (other.name === name ? [] : [other.port, ports[other.name]]))
    let free = port
    while (reserved.includes(free) || (await isTakenOnAny(free, addresses))) free++
    ports[name] = free
    if (free === port) continue
    if (chosen.has(variable)) taken.push(messages.portTaken(port, variable))
    else say(messages.otherPort(port, what, free, variable))
  }
  if (taken.length > 0) throw new CannotStart(taken.join('\n'))
  return ports
}

async function isTakenOnAny(port: number, addresses: readonly string[]): Promise<boolean> {
  for (const address of addresses) if (await isTaken(port, address)) return true
  return false
}
