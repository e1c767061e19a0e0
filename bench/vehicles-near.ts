import { Redis } from 'ioredis'
import pg from 'pg'
import { Pool } from 'undici'
import { freshStack } from '../e2e/stack.ts'
import { closedLoop, type LoadResult } from './load-generator.ts'
import { postGraphQL } from './post-graphql.ts'
import { measureInTurns, medianBy } from './rounds.ts'

/**
 * `vehiclesNear` within 1 km through the public endpoint, with and without the price from booking, among 1,000 and 50,000
 * vehicles. The baseline is Redis GEOSEARCH with the same circle in the same run.
 */
const fleetSizes = [1_000, 50_000]
const clients = 4
const seconds = 4
const rounds = 3
const cityBox = { south: 50.015, west: 8.47, north: 50.227, east: 8.8 }

const randomPosition = () => ({
  latitude: 50.09 + Math.random() * 0.05,
  longitude: 8.62 + Math.random() * 0.1,
})

export async function bench(): Promise<void> {
  const table: Record<string, LoadResult> = {}
  for (const size of fleetSizes) Object.assign(table, await benchWithFleet(size))
  console.log(`\nvehiclesNear, 1 km, first 50 (${clients} clients, ${seconds} s, median of ${rounds} rounds)`)
  console.table(table)
  const p50 = (name: string) => table[name]?.p50 ?? Number.NaN
  const [few, many] = fleetSizes.map((size) => p50(`${size} vehicles, endpoint`))
  console.log(
    `time with ${fleetSizes[1]} vehicles / with ${fleetSizes[0]}: ${((many ?? 0) / (few ?? 0)).toFixed(2)} (target: 1.5; a larger fleet also gives longer results)`,
  )
}

async function benchWithFleet(size: number): Promise<Record<string, LoadResult>> {
  await using stack = await freshStack(`bench-vehicles-${size}`, {
    fleet: 1,
    overrides: { gateway: { LOG_LEVEL: 'warn' }, booking: { LOG_LEVEL: 'warn' }, fleet: { LOG_LEVEL: 'warn' } },
  })
  await insertVehicles(stack.databaseUrls.owner, size)
  // At its start, fleet brings its search index up to date with Postgres.
  await stack.process('fleet').restart()

  const { origin, pathname } = new URL(stack.endpoint)
  const pool = new Pool(origin, { connections: clients })
  const redis = new Redis(stack.redisUrl)
  const search = (fields: string) => async () => {
    const query = `query Near($near: PositionInput!) { vehiclesNear(near: $near, radiusMeters: 1000, first: 50) { ... on VehiclesNear { vehicles { distanceMeters vehicle { id batteryPercent position { latitude longitude } ${fields} } } } } }`
    const response = await postGraphQL(pool, pathname, { query, variables: { near: randomPosition() } })
    return response.includes('"vehicles":[')
  }
  const geosearch = async () => {
    const { latitude, longitude } = randomPosition()
    const circle = ['FROMLONLAT', longitude, latitude, 'BYRADIUS', 1_000, 'm'] as const
    return Array.isArray(await redis.geosearch(geoKey, ...circle, 'ASC', 'COUNT', 50, 'WITHDIST'))
  }
  try {
    const contenders = [
      { name: `${size} vehicles, GEOSEARCH alone`, send: geosearch },
      { name: `${size} vehicles, endpoint`, send: search('') },
      { name: `${size} vehicles, endpoint with price`, send: search('price { unlock { amountMinor } }') },
    ]
    for (const { send } of contenders) await closedLoop(clients, 1, send) // Warms up.
    const results = await measureInTurns(contenders, rounds, ({ send }) => closedLoop(clients, seconds, send))
    return Object.fromEntries(
      contenders.map(({ name }, index) => [name, medianBy(results[index] ?? [], ({ perSecond }) => perSecond)]),
    )
  } finally {
    await pool.close()
    redis.disconnect()
  }
}

const typeId = 'bench-scooter'
const geoKey = `{search}:geo:${typeId}`

/** Inserts available, connected vehicles, spread evenly over the city. */
async function insertVehicles(ownerUrl: string, size: number): Promise<void> {
  const owner = new pg.Client({ connectionString: ownerUrl })
  await owner.connect()
  await owner.query(
    `insert into fleet.vehicle_type select $1, 'Bench scooter', form_factor, propulsion_type, max_range_meters, price_plan_id
     from fleet.vehicle_type limit 1`,
    [typeId],
  )
  await owner.query(
    `with new_vehicle as materialized (
       select gen_random_uuid() as id, gen_random_uuid() as public_id, n,
         $2::float8 + random() * $4::float8 as latitude, $3::float8 + random() * $5::float8 as longitude
       from generate_series(1, $1) n
     ), vehicles as (
       insert into fleet.vehicle (id, device_id, public_id, vehicle_type_id, contact, last_seen_at, availability_version)
       select id, 'bench-' || n, public_id, $6, 'ONLINE', now(), 1 from new_vehicle
     ), positions as (
       insert into fleet.vehicle_position (vehicle_id, latitude, longitude, measured_at)
       select id, latitude, longitude, now() from new_vehicle
     ), bookables as (
       insert into booking.bookable (id, kind, public_id, price_plan_id, latitude, longitude)
       select id, 'VEHICLE', public_id, (select min(id) from booking.price_plan), latitude, longitude from new_vehicle
     )
     insert into fleet.vehicle_availability
       (vehicle_id, public_id, vehicle_type_id, latitude, longitude, h3_8, battery_percent, range_meters)
     select id, public_id, $6, latitude, longitude, '', 100, 30000 from new_vehicle`,
    [size, cityBox.south, cityBox.west, cityBox.north - cityBox.south, cityBox.east - cityBox.west, typeId],
  )
  await owner.query('analyze')
  await owner.end()
}
