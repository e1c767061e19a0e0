import { randomUUID } from 'node:crypto'
import { httpServer } from '@holdfast/service/http'
import { createLog, gauge, runProcess } from '@holdfast/service/process'
import { config } from './config.ts'
import { type OpenFleet, openFleet } from './hardware/open.ts'
import { type Journal, openJournal } from './store/journal.ts'
import { type Vehicle, vehicle } from './vehicle.ts'

const log = createLog('firmware-agent', config.LOG_LEVEL)

/** Milliseconds between two looks at the sensors: a stop is reported at once, not at the next full second. */
const tickMs = 250
/** Connections begun at a time. A broker checks a password for each; more at once only makes all of them wait. */
const connectingAtOnce = 32

/** Without its journal no vehicle may act on a command: whoever supervises the agent starts it anew. */
const failed = (err: unknown): never => {
  log.fatal({ err }, 'the journal cannot be written')
  process.exit(1)
}

const epoch = randomUUID()
const { DEVICES_FILE: devices, COMMAND_PUBLIC_KEY_FILE: keyById } = config

let journal: Journal
let hardware: OpenFleet
let vehicles: readonly Vehicle[] = []
let connecting: Vehicle[] = []
let firstAttemptsDone = false
let ticking: NodeJS.Timeout

const connected = gauge('agent_connected', 'Vehicles that are connected to the broker')

let inReach: boolean | undefined
function countConnected() {
  const count = vehicles.filter((each) => each.connected).length
  connected.set(count)
  const now = count > 0
  if (now === inReach || (!now && !firstAttemptsDone)) return
  inReach = now
  if (now) log.info('the broker is in reach')
  else log.warn('the broker is out of reach; vehicles keep what they measure')
}

const door = httpServer({
  host: config.HOST,
  port: config.PORT,
  log,
  routes: {},
  ready: {
    // One vehicle out of reach is everyday; all of them is the broker.
    broker: async () => {
      if (!firstAttemptsDone || !inReach) throw new Error('no vehicle is connected')
    },
  },
})

await runProcess(log, [
  door,
  {
    name: 'journal',
    start: async () => {
      journal = await openJournal(config.STATE_DIR, failed)
    },
    stop: () => journal[Symbol.asyncDispose](),
  },
  {
    name: 'hardware',
    start: async () => {
      hardware = await openFleet(config, devices, journal, log)
    },
    stop: () => hardware[Symbol.dispose](),
  },
  {
    name: 'vehicles',
    start: async () => {
      vehicles = await Promise.all(
        devices.map((device) =>
          vehicle({
            device,
            epoch,
            mqttUrl: config.MQTT_URL,
            keyById,
            lowBattery: config.LOW_BATTERY_PERCENT,
            hardware: hardware.of(device),
            journal,
            log,
            now: Date.now,
          }),
        ),
      )
      ticking = setInterval(() => {
        for (const each of vehicles) each.tick()
        countConnected()
      }, tickMs)
      connecting = [...vehicles]
      const connectNext = async () => {
        for (let next = connecting.pop(); next; next = connecting.pop()) await next.connect()
      }
      await Promise.all(Array.from({ length: connectingAtOnce }, connectNext))
      firstAttemptsDone = true
    },
    stop: async () => {
      clearInterval(ticking)
      connecting = []
      await Promise.all(vehicles.map((each) => each.stop()))
    },
  },
])
