import { join } from 'node:path'
import { dataDir } from '../files.ts'
import { type Addresses, tokenFrom } from '../stack/index.ts'

/** In the middle of the city, where the vehicles that ride are. */
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

/** How to use the Holdfast that has just been started. */
export async function welcome(addresses: Addresses, ownIssuer: boolean): Promise<string> {
  const token = async (role: 'customer' | 'operator') =>
    ownIssuer ? tokenFrom(addresses.issuerUrl, { role }) : `from ${addresses.issuerUrl}`
  const [customer, operator] = [await token('customer'), await token('operator')]
  const body = JSON.stringify({ query: operation.replace(/\s+/g, ' ') })
  return `  Endpoint   ${addresses.endpoint} (subscriptions: ${addresses.wsEndpoint})
  GraphiQL   ${addresses.endpoint}
  Health     ${addresses.health.live}
             ${addresses.health.ready}
  Logs       ${join(dataDir, 'logs')}
${addresses.stripeUrl === undefined ? `  Stripe     stripe listen --forward-to ${addresses.webhookUrl}\n` : ''}
A customer's token (Authorization: Bearer ...):
${customer}

An operator's token:
${operator}

An operation to paste:
${operation}

The same from a shell:
curl -s ${addresses.endpoint} -H 'content-type: application/json' -H 'authorization: Bearer ${customer}' -d '${body}'

Ctrl-C stops everything. npm run journey rides a scooter.`
}
