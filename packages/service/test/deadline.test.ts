import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { subgraph } from '../src/graphql/index.ts'
import { createHttpServer } from '../src/http/server.ts'
import { anonymous, deadlineHeader, identityHeader, signIdentity } from '../src/identity/index.ts'
import { createLog, type Step } from '../src/process/index.ts'

const secret = 's'.repeat(32)
const log = createLog('test', 'silent')
let began = 0
const one = subgraph({
  name: 'one',
  sdl: 'type Query { a: Int } type Mutation { begin: Int }',
  resolvers: { Mutation: { begin: () => ++began } },
  secret,
  log,
  context: () => ({}),
})
const server = createHttpServer({ host: '127.0.0.1', port: 0, log, ready: {}, routes: { '/graphql': one.route } })
const steps: Step[] = [server, ...one.steps(server)]

beforeAll(async () => {
  for (const step of steps) await step.start()
})
afterAll(async () => {
  for (const step of steps.toReversed()) await step.stop?.()
})

const begin = async (headers: Record<string, string>) => {
  const body = JSON.stringify({ query: 'mutation { begin }' })
  const response = await fetch(`http://127.0.0.1:${server.port()}/graphql`, {
    method: 'POST',
    headers: { [identityHeader]: signIdentity(anonymous, 'one', body, secret), ...headers },
    body,
  })
  return { status: response.status, body: await response.json() }
}

it('a subgraph begins nothing that nobody waits for', async () => {
  const late = await begin({ [deadlineHeader]: String(Date.now() - 3_000) })
  expect(late).toMatchObject({ status: 503, body: { errors: [{ extensions: { code: 'UNAVAILABLE' } }] } })
  expect(began).toBe(0)
})

it.each([
  ['that is waited for', { [deadlineHeader]: String(Date.now() + 3_000) }],
  ['of a gateway whose clock is a second behind', { [deadlineHeader]: String(Date.now() - 1_000) }],
  ['that says nothing of it', {}],
  ['that says nonsense of it', { [deadlineHeader]: 'soon' }],
])('it answers a request %s', async (_, headers: Record<string, string>) => {
  expect(await begin(headers)).toEqual({ status: 200, body: { data: { begin: began } } })
})
