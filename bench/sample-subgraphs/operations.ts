/**
 * The operations of the gateway benches, the values that the two subgraphs resolve, and the expected results. All values
 * are computed from numbers, so the client can compare every response byte by byte.
 */
export const vehiclesPerQuery = 20

const fields = 'id status batteryPercent latitude longitude price { amountMinor currency } minutesBooked'

export const query = `query Nearby($area: Int!) { vehicles(area: $area) { ${fields} } }`
export const subscription = `subscription Changes { vehicleChanged { number sentAt vehicle { ${fields} } } }`

const statuses = ['AVAILABLE', 'RESERVED', 'ON_TRIP'] as const

/** A vehicle with its fields of the vehicles subgraph. */
function vehicleOf(id: string, number: number) {
  return {
    __typename: 'Vehicle',
    id,
    status: statuses[number % statuses.length],
    batteryPercent: number % 101,
    latitude: 50 + (number % 1_000) / 8_192,
    longitude: 8 + (number % 1_000) / 4_096,
  }
}

/** A vehicle with its fields of the prices subgraph. */
export function priceFields(id: string) {
  const number = Number(id.slice(id.indexOf('-') + 1))
  return {
    __typename: 'Vehicle',
    price: { __typename: 'Price', amountMinor: 100 + number, currency: 'EUR' },
    minutesBooked: number * 3,
  }
}

export const vehiclesIn = (area: number) =>
  Array.from({ length: vehiclesPerQuery }, (_, index) => vehicleOf(`area${area}-${index}`, area + index))

/** The event with this number, as the vehicles subgraph sends it. */
export const changeEvent = (number: number, sentAt: number) => ({
  __typename: 'VehicleChange',
  number,
  sentAt,
  vehicle: vehicleOf(`changed-${number % 97}`, number),
})

/** The response to `query` that every gateway must give. */
export const expectedResponse = (area: number): string =>
  JSON.stringify({ data: { vehicles: vehiclesIn(area).map(withPrice) } })

/** The result of `subscription` for one event. */
export function expectedEvent(number: number, sentAt: number): string {
  const { vehicle } = changeEvent(number, sentAt)
  return JSON.stringify({ data: { vehicleChanged: { number, sentAt, vehicle: withPrice(vehicle) } } })
}

function withPrice({ __typename: _, ...vehicle }: ReturnType<typeof vehicleOf>) {
  const { price, minutesBooked } = priceFields(vehicle.id)
  return { ...vehicle, price: { amountMinor: price.amountMinor, currency: price.currency }, minutesBooked }
}
