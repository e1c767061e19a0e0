import { Redis } from 'ioredis'
import pg from 'pg'
import { Pool } from 'undici'
import { freshStack } from '../e2e/stack.ts'
import { closedLoop, type Felt, median } from './load.ts'

/**
 * `vehiclesNear` within 1 km through the public endpoint, price from the other subgraph included and not, among 1,000 and
 * 50,000 vehicles; beside Redis's own GEOSEARCH of the same circle in the same run.
 */
const sizes = [1_000, 50_000]
const clients = 4
const seconds = 4
const rounds = 3
const city = { south: 50.015, west: 8.47, north: 50.227, east: 8.8 }

const somewhere = () => ({
  latitude: 50.09 + Math.random() * 0.05,
  longitude: 8.62 + Math.random() * 0.1,
})

export async function bench(): Promise<void> {
  const table: Record<string, Felt> = {}
  for (const size of sizes) Object.assign(table, await withVehicles(size))
  console.log(`\nvehiclesNear, 1 km, first 50 (${clients} clients, ${seconds} s, median of ${rounds} rounds)`)
  console.table(table)
  const p50 = (name: string) => table[name]?.p50 ?? Number.NaN
  const [few, many] = sizes.map((size) => p50(`${size} vehicles, endpoint`))
  console.log(
    `time with ${sizes[1]} / with ${sizes[0]} vehicles: ${((many ?? 0) / (few ?? 0)).toFixed(2)} (target 1.5; more vehicles are also found)`,
  )
}

async function withVehicles(size: number): Promise<Record<string, Felt>> {
  await using stack = await freshStack(`bench-vehicles-${size}`, {
    fleet: 1,
    overrides: { gateway: { LOG_LEVEL: 'warn' }, booking: { LOG_LEVEL: 'warn' }, fleet: { LOG_LEVEL: 'warn' } },
  })
  await list(stack.databaseUrl('owner'), size)
  // It compares its index with Postgres when it starts.
  await stack.process('fleet').restart()

  const { origin, pathname } = new URL(stack.endpoint)
  const pool = new Pool(origin, { connections: clients })
  const redis = new Redis(stack.redisUrl)
  const search = (fields: string) => async () => {
    const query = `query Near($near: PositionInput!) { vehiclesNear(near: $near, radiusMeters: 1000, first: 50) { ... on VehiclesNear { vehicles { distanceMeters vehicle { id batteryPercent position { latitude longitude } ${fields} } } } } }`
    const { body } = await pool.request({
      path: pathname,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { near: somewhere() } }),
    })
    return (await body.text()).includes('"vehicles":[')
  }
  const direct = async () => {
    const { latitude, longitude } = somewhere()
    const found = await redis.geosearch(
      geoKey,
      'FROMLONLAT',
      longitude,
      latitude,
      'BYRADIUS',
      1_000,
      'm',
      'ASC',
      'COUNT',
      50,
      'WITHDIST',
    )
    return Array.isArray(found)
  }
  try {
    const works = {
      [`${size} vehicles, GEOSEARCH alone`]: direct,
      [`${size} vehicles, endpoint`]: search(''),
      [`${size} vehicles, endpoint with price`]: search('price { unlock { amountMinor } }'),
    }
    const felt: Record<string, Felt[]> = {}
    for (const work of Object.values(works)) await closedLoop(clients, 1, work)
    for (let round = 0; round < rounds; round++) {
      for (const [name, work] of Object.entries(works))
        felt[name] = [...(felt[name] ?? []), await closedLoop(clients, seconds, work)]
    }
    return Object.fromEntries(Object.entries(felt).map(([name, all]) => [name, median(all)]))
  } finally {
    await pool.close()
    redis.disconnect()
  }
}

const typeId = 'bench-scooter'
const geoKey = `{search}:geo:${typeId}`

/** Vehicles all over the city's bounding box, listed, reachable and free. */
async function list(ownerUrl: string, size: number): Promise<void> {
  const owner = new pg.Client({ connectionString: ownerUrl })
  await owner.connect()
  await owner.query(
    `insert into fleet.vehicle_type select $1, 'Bench scooter', form_factor, propulsion_type, max_range_meters, price_plan_id
     from fleet.vehicle_type limit 1`,
    [typeId],
  )
  await owner.query(
    `with made as materialized (
       select gen_random_uuid() as id, gen_random_uuid() as public_id, n,
         $2::float8 + random() * $4::float8 as latitude, $3::float8 + random() * $5::float8 as longitude
       from generate_series(1, $1) n
     ), vehicles as (
       insert into fleet.vehicle (id, device_id, public_id, vehicle_type_id, contact, last_seen_at, availability_version)
       select id, 'bench-' || n, public_id, $6, 'ONLINE', now(), 1 from made
     ), positions as (
       insert into fleet.vehicle_position (vehicle_id, latitude, longitude, measured_at)
       select id, latitude, longitude, now() from made
     ), bookables as (
       insert into booking.bookable (id, kind, public_id, price_plan_id, latitude, longitude)
       select id, 'VEHICLE', public_id, (select min(id) from booking.price_plan), latitude, longitude from made
     )
     insert into fleet.vehicle_availability
       (vehicle_id, public_id, vehicle_type_id, latitude, longitude, h3_8, battery_percent, range_meters)
     select id, public_id, $6, latitude, longitude, '', 100, 30000 from made`,
    [size, city.south, city.west, city.north - city.south, city.east - city.west, typeId],
  )
  await owner.query('analyze')
  await owner.end()
}
