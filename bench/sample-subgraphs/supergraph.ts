/** The two sample subgraphs, composed: one owns the vehicles, the other their prices. */
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'

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

const urlAt = (port: number) => `http://127.0.0.1:${port}/graphql`
