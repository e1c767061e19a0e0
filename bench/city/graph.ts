/**
 * The graph of the gateway benches: a list of twenty vehicles from one subgraph, prices of each from another. Everything
 * in it follows from numbers, so that whoever asks knows the answer to the letter.
 */
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'

export const vehiclesPerQuery = 20

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])'

const vehiclesSdl = `${link}
  type Query { vehicles(area: Int!): [Vehicle!]! }
  type Subscription { vehicleChanged: VehicleChange! }
  type VehicleChange { number: Int!  sentAt: Float!  vehicle: Vehicle! }
  type Vehicle @key(fields: "id") {
    id: ID!
    status: VehicleStatus!
    batteryPercent: Int!
    latitude: Float!
    longitude: Float!
  }
  enum VehicleStatus { AVAILABLE RESERVED ON_TRIP }`

const pricesSdl = `${link}
  type Query { currency: String! }
  type Vehicle @key(fields: "id") { id: ID!  price: Price!  minutesBooked: Int! }
  type Price { amountMinor: Int!  currency: String! }`

export function supergraphAt(vehiclesPort: number, pricesPort: number): string {
  const { supergraphSdl, errors } = composeServices([
    { name: 'vehicles', url: urlAt(vehiclesPort), typeDefs: parse(vehiclesSdl) },
    { name: 'prices', url: urlAt(pricesPort), typeDefs: parse(pricesSdl) },
  ])
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'))
  return supergraphSdl
}

export const urlAt = (port: number) => `http://127.0.0.1:${port}/graphql`

const vehicleFields = 'id status batteryPercent latitude longitude price { amountMinor currency } minutesBooked'

export const query = `query Nearby($area: Int!) { vehicles(area: $area) { ${vehicleFields} } }`
export const subscription = `subscription Changes { vehicleChanged { number sentAt vehicle { ${vehicleFields} } } }`

const statuses = ['AVAILABLE', 'RESERVED', 'ON_TRIP'] as const

/** What the vehicles subgraph says of a vehicle. */
export function vehicle(id: string, number: number) {
  return {
    __typename: 'Vehicle',
    id,
    status: statuses[number % statuses.length],
    batteryPercent: number % 101,
    latitude: 50 + (number % 1_000) / 8_192,
    longitude: 8 + (number % 1_000) / 4_096,
  }
}

/** What the prices subgraph says of it. */
export function priced(id: string) {
  const number = Number(id.slice(id.indexOf('-') + 1))
  return {
    __typename: 'Vehicle',
    price: { __typename: 'Price', amountMinor: 100 + number, currency: 'EUR' },
    minutesBooked: number * 3,
  }
}

export const vehiclesIn = (area: number) =>
  Array.from({ length: vehiclesPerQuery }, (_, index) => vehicle(`area${area}-${index}`, area + index))

/** The event of that number. */
export const change = (number: number, sentAt: number) => ({
  __typename: 'VehicleChange',
  number,
  sentAt,
  vehicle: vehicle(`changed-${number % 97}`, number),
})

/** The answer to `query`, as every gateway must give it. */
export const expectedAnswer = (area: number): string =>
  JSON.stringify({ data: { vehicles: vehiclesIn(area).map(whole) } })

/** The answer to an event of `subscription`. */
export function expectedEvent(number: number, sentAt: number): string {
  const { vehicle: changed } = change(number, sentAt)
  return JSON.stringify({ data: { vehicleChanged: { number, sentAt, vehicle: whole(changed) } } })
}

function whole({ __typename: _, ...vehicle }: ReturnType<typeof change>['vehicle']) {
  const { price, minutesBooked } = priced(vehicle.id)
  return { ...vehicle, price: { amountMinor: price.amountMinor, currency: price.currency }, minutesBooked }
}
