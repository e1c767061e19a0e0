import { readFileSync } from 'node:fs'
import { relayOutbox } from '@holdfast/service/events'
import { subgraph } from '@holdfast/service/graphql'
import { httpServer } from '@holdfast/service/http'
import { asLeader } from '@holdfast/service/postgres'
import { background, createLog, repeat, runProcess } from '@holdfast/service/process'
import { lookAfterCommands } from './commands/lookAfterCommands.ts'
import { lookAfterContact } from './commands/lookAfterContact.ts'
import { config } from './config.ts'
import { contextFrom } from './context.ts'
import { consumeBooking } from './events/consumed.ts'
import { keepIndex } from './live/keepIndex.ts'
import { resolvers } from './resolvers/index.ts'
import { wire } from './wiring.ts'

const commandsEvery = 250 // ms: how late an unsent command may be noticed
const contactEvery = 5_000 // ms

const log = createLog('fleet', config.LOG_LEVEL)
const { DATABASE_URL: databaseUrl } = config
const { pool, redis, streamRedis, live, catalogue, index, announce, deps, reads, intake, vehicles } = wire(config, log)
const graph = subgraph({
  name: 'fleet',
  sdl: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
  resolvers,
  secret: config.GATEWAY_SECRET,
  log,
  context: contextFrom(deps, reads),
})
const door = httpServer({
  host: config.HOST,
  port: config.PORT,
  log,
  routes: { '/graphql': graph.route },
  ready: { postgres: () => pool.query('select 1'), redis: () => redis.ping(), mqtt: vehicles.ready },
})

const led = (name: string, pauseMs: number, work: () => Promise<unknown>) =>
  background(name, (signal) =>
    asLeader(databaseUrl, `fleet ${name}`, signal, log, (leading) => repeat(leading, pauseMs, log, work)),
  )

await runProcess(log, [
  { name: 'postgres', start: () => undefined, stop: () => pool.end() },
  {
    name: 'redis',
    start: () => undefined,
    stop: () => {
      live.stop()
      streamRedis.disconnect()
      redis.disconnect()
    },
  },
  { name: 'first reading', start: catalogue.refresh },
  catalogue.step,
  keepIndex({ redis, index, announce, log }),
  ...intake.steps,
  ...vehicles.steps,
  background('relay', (signal) => relayOutbox({ owner: 'fleet', databaseUrl, pool, redis, log, signal })),
  background('booking', (signal) => consumeBooking(deps, { pool, redis: streamRedis, databaseUrl, log, signal })),
  led('commands', commandsEvery, lookAfterCommands(deps)),
  led('contact', contactEvery, lookAfterContact(deps)),
  door,
  ...graph.steps(door),
])
