/** A process that runs vehicles: one with real hardware, or a simulated fleet. */
import { randomUUID } from 'node:crypto'
import { createHttpServer } from '@holdfast/service/http'
import { gauge, type Log, runProcess } from '@holdfast/service/process'
import type { AgentConfig } from './agent-config.ts'
import type { Device } from './credentials/devices.ts'
import type { Hardware } from './hardware/hardware.ts'
import { type Journal, openJournal } from './store/journal.ts'
import { createVehicle, type Vehicle } from './vehicle/vehicle.ts'

/** Milliseconds between two looks at the sensors: a stop is reported at once, not at the next full second. */
const tickMs = 250
/** First attempts to connect at a time. A broker checks a password for each; with more at once all of them only wait. */
const connectingAtOnce = 32

/** The hardware of every vehicle of one process. */
export interface FleetHardware<D extends Device> extends Disposable {
  of(device: D): Hardware
}

export interface AgentOptions<D extends Device> {
  readonly log: Log
  readonly config: AgentConfig
  readonly devices: readonly D[]
  /** Called when the state folder belongs to this process. Throws when the hardware cannot be used. */
  connectHardware(): Promise<FleetHardware<D>>
}

/** Runs until the process is asked to stop. */
export async function runAgent<D extends Device>({ log, config, devices, connectHardware }: AgentOptions<D>) {
  const epoch = randomUUID()
  let journal: Journal
  let hardware: FleetHardware<D>
  let vehicles: readonly Vehicle[] = []
  let notYetConnecting: Vehicle[] = []
  let firstAttemptsDone = false
  let ticking: NodeJS.Timeout

  const connected = gauge('agent_connected', 'Vehicles that are connected to the broker')
  let brokerReachable: boolean | undefined
  function countConnected() {
    const count = vehicles.filter((each) => each.connected).length
    connected.set(count)
    const reachable = count > 0
    if (reachable === brokerReachable || (!reachable && !firstAttemptsDone)) return
    brokerReachable = reachable
    if (reachable) log.info('the broker can be reached')
    else log.warn('the broker cannot be reached; vehicles keep what they measure')
  }

  const http = createHttpServer({
    host: config.HOST,
    port: config.PORT,
    log,
    routes: {},
    ready: {
      // One vehicle without a connection is normal; if none has one, it is the broker.
      broker: async () => {
        if (!firstAttemptsDone || !brokerReachable) throw new Error('no vehicle is connected')
      },
    },
  })

  await runProcess(log, [
    http,
    {
      name: 'journal',
      start: () => {
        journal = openJournal(config.STATE_DIR)
      },
      stop: () => journal[Symbol.dispose](),
    },
    {
      name: 'hardware',
      start: async () => {
        hardware = await connectHardware()
      },
      stop: () => hardware[Symbol.dispose](),
    },
    {
      name: 'vehicles',
      start: async () => {
        vehicles = await Promise.all(
          devices.map((device) =>
            createVehicle({
              device,
              epoch,
              mqttUrl: config.MQTT_URL,
              keyById: config.COMMAND_PUBLIC_KEY_FILE,
              lowBattery: config.LOW_BATTERY_PERCENT,
              hardware: hardware.of(device),
              journal,
              log,
            }),
          ),
        )
        ticking = setInterval(() => {
          for (const each of vehicles) each.tick()
          countConnected()
        }, tickMs)
        notYetConnecting = [...vehicles]
        const connectNext = async () => {
          for (let next = notYetConnecting.pop(); next; next = notYetConnecting.pop()) await next.connect()
        }
        await Promise.all(Array.from({ length: connectingAtOnce }, connectNext))
        firstAttemptsDone = true
      },
      stop: async () => {
        clearInterval(ticking)
        notYetConnecting = []
        await Promise.all(vehicles.map((each) => each.stop()))
      },
    },
  ])
}
