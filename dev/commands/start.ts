import { join } from 'node:path'
import { dataDir } from '../files/paths.ts'
import { onStopRequest } from '../processes/stop-requests.ts'
import { readSettings } from '../stack/settings.ts'
import { type Addresses, type Stack, startStack, tokenFrom } from '../stack/stack.ts'
import { stepsTo } from '../steps.ts'

/** `npm start`: everything up, told how to use it, until Ctrl-C. */
export async function start(args: string[]): Promise<number> {
  const read = readSettings(process.env, args)
  if (!read.ok) {
    const count = read.faults.length === 1 ? 'one fault' : `${read.faults.length} faults`
    console.error(`Holdfast was not started: ${count} in its configuration.\n  ${read.faults.join('\n  ')}`)
    return 1
  }

  const stopping = new AbortController()
  const asked = new Promise<void>((resolve) => {
    onStopRequest(() => {
      if (!stopping.signal.aborted) console.log('\nStopping ...')
      stopping.abort()
      resolve()
    })
  })

  const begun = performance.now()
  const steps = stepsTo(console.log, process.stdout.isTTY === true)
  steps.say('Holdfast starts')
  let stack: Stack
  try {
    stack = await startStack({
      dataDir,
      ports: 'fixed',
      settings: read.settings,
      steps,
      supervised: true,
      signal: stopping.signal,
    })
  } catch (error) {
    if (!stopping.signal.aborted) throw error
    console.log('Stopped.')
    return 0
  }
  steps.say(`Ready after ${((performance.now() - begun) / 1000).toFixed(1)} s\n`)
  steps.say(await welcome(stack, read.settings.issuer === undefined))
  await asked
  await stack.stop()
  console.log('Stopped.')
  return 0
}

/** In the middle of the city, where the vehicles are that ride. */
const operation = `{
  vehiclesNear(near: { latitude: 50.1113, longitude: 8.6745 }, radiusMeters: 800, first: 3) {
    __typename
    ... on VehiclesNear {
      vehicles {
        distanceMeters
        vehicle {
          id
          batteryPercent
          type { name }
          price { unlock { amountMinor currency } perMinute { amountMinor } }
        }
      }
    }
    ... on Problem { message }
  }
}`

async function welcome(addresses: Addresses, ownIssuer: boolean): Promise<string> {
  const token = async (role: 'rider' | 'operator') =>
    ownIssuer ? tokenFrom(addresses.issuerUrl, { role }) : `from ${addresses.issuerUrl}`
  const [rider, operator] = [await token('rider'), await token('operator')]
  const body = JSON.stringify({ query: operation.replace(/\s+/g, ' ') })
  return `  Endpoint   ${addresses.endpoint} (subscriptions: ${addresses.wsEndpoint})
  GraphiQL   ${addresses.graphiqlUrl}
  Health     ${addresses.health.live}
             ${addresses.health.ready}
  Logs       ${join(dataDir, 'logs')}
${addresses.stripeUrl === undefined ? `  Stripe     stripe listen --forward-to ${addresses.webhookUrl}\n` : ''}
A rider's token (Authorization: Bearer ...):
${rider}

An operator's token:
${operator}

An operation to paste:
${operation}

The same from a shell:
curl -s ${addresses.endpoint} -H 'content-type: application/json' -H 'authorization: Bearer ${rider}' -d '${body}'

Ctrl-C stops everything. npm run journey rides a scooter.`
}
