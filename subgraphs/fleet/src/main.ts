import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseEvent, streamOf } from '@holdfast/contracts'
import { prismaOn } from '@holdfast/database'
import { connections, subgraph } from '@holdfast/service/graphql'
import { createHttpServer } from '@holdfast/service/http'
import { asLeader } from '@holdfast/service/postgres'
import { background, createLog, repeat, runProcess } from '@holdfast/service/process'
import { createChangePublisher, reconcileSearchIndex } from './changes/change-publisher.ts'
import type { Deps } from './commands/deps.ts'
import { markSilentVehicles } from './commands/markSilentVehicles.ts'
import { retryCommands } from './commands/retryCommands.ts'
import { config } from './config.ts'
import { contextFor } from './context.ts'
import { createMessageIntake } from './devices/message-intake.ts'
import { createCommandSender, createReportIntervals } from './devices/messages-to-devices.ts'
import { createMqttClient } from './devices/mqtt-client.ts'
import { createRetainedStateResync } from './devices/retained-state-resync.ts'
import { subscribeToVehicles } from './devices/vehicle-subscriptions.ts'
import { onBookingEvents } from './events/consumed.ts'
import { resolvers } from './resolvers/index.ts'
import { createSearchIndex } from './search/search-index.ts'
import { createCatalogue } from './store/catalogue.ts'
import { deviceIdsAfter } from './store/devices.ts'
import { createMapLoader } from './store/loaders.ts'

const retryEvery = 250 // ms: how late an unsent command may be noticed
const silenceEvery = 5_000 // ms

const log = createLog('fleet', config.LOG_LEVEL)
const { DATABASE_URL: databaseUrl } = config
const { pool, redis, feed, relay, consume, steps } = connections('fleet', config, log)
const catalogue = createCatalogue(prismaOn(pool), log)
const index = createSearchIndex(redis, pool, log)
const changes = createChangePublisher(redis, index, log)
const mqttClient = createMqttClient(config)
const deps: Deps = {
  pool,
  log,
  now: () => new Date(),
  newId: randomUUID,
  offerRules: config.offerRules,
  commandTtlMs: config.commandTtlMs,
  catalogue,
  changes,
  sendToDevice: createCommandSender(mqttClient, config.commandKey, log),
}
const intake = createMessageIntake(deps, createReportIntervals(mqttClient, config.MOVING_INTERVAL_MS, log))
const resync = createRetainedStateResync(mqttClient, (last, limit) => deviceIdsAfter(pool, last, limit), log)
const graph = subgraph({
  name: 'fleet',
  sdl: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
  resolvers,
  secret: config.GATEWAY_SECRET,
  log,
  context: contextFor({ deps, index, feed, mapVehicles: createMapLoader(pool) }),
})
const server = createHttpServer({
  host: config.HOST,
  port: config.PORT,
  log,
  routes: { '/graphql': graph.route },
  ready: {
    postgres: () => pool.query('select 1'),
    redis: () => redis.ping(),
    mqtt: async () => {
      if (!mqttClient.connected) throw new Error('not connected to the broker')
    },
  },
})

/** Repeats work in one process of all replicas. */
const asOnlyOne = (name: string, pauseMs: number, work: () => Promise<unknown>) =>
  background(name, (signal) =>
    asLeader(databaseUrl, `fleet ${name}`, signal, log, (leading) => repeat(leading, pauseMs, log, work)),
  )

await runProcess(log, [
  ...steps,
  ...catalogue.steps,
  reconcileSearchIndex(redis, index, changes, log),
  ...intake.steps,
  subscribeToVehicles(mqttClient, { onMessage: intake.onMessage, onSubscribed: resync.request, log }),
  resync.step,
  relay,
  consume({
    consumer: 'fleet-booking',
    stream: streamOf('booking'),
    parse: parseEvent,
    handlers: onBookingEvents(deps),
  }),
  asOnlyOne('commands', retryEvery, () => retryCommands(deps)),
  asOnlyOne('contact', silenceEvery, () => markSilentVehicles(deps)),
  server,
  ...graph.steps(server),
])
