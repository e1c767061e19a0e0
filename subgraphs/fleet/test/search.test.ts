import { randomUUID } from 'node:crypto'
import { createPool } from '@holdfast/service/postgres'
import { createLog } from '@holdfast/service/process'
import { createRedis } from '@holdfast/service/redis'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSearchIndex } from '../src/search/search-index.ts'
import { anonymous, eventually, type Fleet, operator, rider, startFleet } from './fleet-process.ts'

const near = `
  query ($near: PositionInput!, $radiusMeters: Int, $filter: VehicleFilter, $first: Int) {
    vehiclesNear(near: $near, radiusMeters: $radiusMeters, filter: $filter, first: $first) {
      __typename
      ... on VehiclesNear {
        vehicles {
          distanceMeters
          vehicle { id state batteryPercent rangeMeters lock lastSeenAt position { latitude longitude } type { name formFactor } }
        }
      }
      ... on Problem { message }
      ... on InvalidArea { faults }
      ... on InvalidFilter { faults }
    }
  }`

interface Answer {
  __typename: string
  faults?: string[]
  vehicles?: {
    distanceMeters: number
    vehicle: {
      id: string
      batteryPercent: number
      rangeMeters: number
      lastSeenAt: string | null
      type: { formFactor: string }
    }
  }[]
}

const centre = { latitude: 50.1105, longitude: 8.682 }

let fleet: Fleet

/** Vehicles in all directions at distances that a second implementation (here, in the test) knows. */
const spread = 600

beforeAll(async () => {
  fleet = await startFleet({ vehicles: 1 })
  await fleet.owner.query(
    `with added as (
       insert into fleet.vehicle (id, device_id, public_id, vehicle_type_id, battery_percent, contact, epoch, last_seen_at, availability_version)
       select gen_random_uuid(), 'spread-' || n, gen_random_uuid(), case when n % 3 = 0 then 'ebike' else 'scooter' end,
         20 + n % 80, 'ONLINE', 'epoch-of-tests', now(), 1
       from generate_series(1, $1) n returning *
     ), placed as (
       insert into fleet.vehicle_position (vehicle_id, latitude, longitude, measured_at)
       select id, 50.1105 + 0.03 * (random() - 0.5), 8.682 + 0.03 * (random() - 0.5), now() from added returning *
     )
     insert into fleet.vehicle_availability
       (vehicle_id, public_id, vehicle_type_id, latitude, longitude, h3_8, battery_percent, range_meters)
     select a.id, a.public_id, a.vehicle_type_id, p.latitude, p.longitude, '', a.battery_percent, 1
     from added a join placed p on p.vehicle_id = a.id`,
    [spread],
  )
  await fleet.redis.kill()
  await fleet.redis.start()
  await trusted(true)
}, 60_000)
afterAll(async () => fleet?.[Symbol.asyncDispose]())

const trusted = (expected: boolean) =>
  eventually(
    async () => (await fetch(`${fleet.url}/metrics`)).text(),
    (metrics) => metrics.split('\n').includes(`holdfast_search_index_trusted ${expected ? 1 : 0}`),
    15_000,
  )

const search = async (variables: object): Promise<Answer> => {
  const { data, errors } = await fleet.ask(near, { near: centre, ...variables }, anonymous)
  if (errors) throw new Error(JSON.stringify(errors))
  return data?.['vehiclesNear'] as Answer
}

/** The answer by the law of cosines over everything there is. */
const expected = async (radius: number, first: number, where = 'true') =>
  (
    await fleet.owner.query<{ public_id: string }>(
      `select public_id from (
         select a.*, 6371008.8 * acos(least(1, sin(radians(latitude)) * sin(radians($1)) +
           cos(radians(latitude)) * cos(radians($1)) * cos(radians(longitude - $2)))) as meters
         from fleet.vehicle_availability a) a
       where meters <= $3 and ${where} order by meters limit $4`,
      [centre.latitude, centre.longitude, radius, first],
    )
  ).rows.map(({ public_id }) => public_id)

const ids = ({ vehicles = [] }: Answer) => vehicles.map(({ vehicle }) => vehicle.id)

const questions = [
  { radiusMeters: 500, first: 50 },
  { radiusMeters: 5_000, first: 200 },
  { radiusMeters: 1_000, first: 7 },
  { radiusMeters: 2_000, first: 30, filter: { minBatteryPercent: 90 } },
  { radiusMeters: 5_000, first: 20, filter: { formFactors: ['BICYCLE'], minBatteryPercent: 95 } },
  { radiusMeters: 5_000, first: 40, filter: { minRangeMeters: 30_000 } },
]
const conditions = [
  'true',
  'true',
  'true',
  'battery_percent >= 90',
  `vehicle_type_id = 'ebike' and battery_percent >= 95`,
  `battery_percent * case vehicle_type_id when 'ebike' then 60000 else 35000 end / 100 >= 30000`,
]

const answersAreRight = async () => {
  for (const [i, question] of questions.entries()) {
    const expectedIds = await expected(question.radiusMeters, question.first, conditions[i])
    expect(expectedIds.length).toBeGreaterThan(0)
    expect(ids(await search(question))).toEqual(expectedIds)
  }
}

describe('vehiclesNear', () => {
  it('finds what is near from Redis, nearest first, filters included', async () => {
    await answersAreRight()
    const [first] = (await search({ radiusMeters: 500, first: 1 })).vehicles ?? []
    expect(first?.vehicle).toMatchObject({ state: 'AVAILABLE', lock: null, lastSeenAt: expect.any(String) })
  })

  it('finds the same from Postgres while Redis is away, paused or empty, and trusts Redis again after comparing', async () => {
    await fleet.redis.kill()
    await answersAreRight()
    await fleet.redis.start()
    await trusted(true)
    await answersAreRight()

    await fleet.redis.pause()
    const from = Date.now()
    expect(ids(await search({ radiusMeters: 500, first: 5 }))).toEqual(await expected(500, 5))
    expect(Date.now() - from).toBeLessThan(2_500)
    await answersAreRight()
    await fleet.redis.resume()
    await trusted(true)
    await answersAreRight()
  }, 60_000)

  it('lists every fault of a search at once', async () => {
    expect(await search({ near: { latitude: 95, longitude: -181 }, radiusMeters: -1, first: 0 })).toMatchObject({
      __typename: 'InvalidArea',
      faults: [
        expect.stringContaining('near.latitude'),
        expect.stringContaining('near.longitude'),
        expect.stringContaining('radiusMeters must be 1 to 5,000'),
        expect.stringContaining('first must be 1 to 200'),
      ],
    })
    expect((await search({ radiusMeters: 2_000_000 })).__typename).toBe('InvalidArea')
    expect(await search({ filter: { minBatteryPercent: 101, minRangeMeters: -1, formFactors: [] } })).toMatchObject({
      __typename: 'InvalidFilter',
      faults: [
        expect.stringContaining('formFactors'),
        expect.stringContaining('minBattery'),
        expect.stringContaining('minRange'),
      ],
    })
  })

  it('finds a single vehicle by its public id only, as far as the viewer may see it', async () => {
    const [device] = fleet.devices
    if (!device) throw new Error('no device')
    const vehicle = await fleet.connect(device)
    const { id, public_id } = await eventually(
      () => fleet.vehicle(device),
      ({ listed }) => listed,
    )
    const ask = async (vehicleId: string, who = anonymous) =>
      (await fleet.ask('query ($id: ID!) { vehicle(id: $id) { id state lock } }', { id: vehicleId }, who)).data?.[
        'vehicle'
      ]
    const entity = async (who = anonymous) => {
      const { data } = await fleet.ask(
        'query ($id: ID!) { _entities(representations: [{ __typename: "Vehicle", id: $id }]) { ... on Vehicle { id state } } }',
        { id: public_id },
        who,
      )
      return ((data?.['_entities'] ?? []) as unknown[])[0]
    }
    expect(await ask(public_id.toUpperCase())).toEqual({ id: public_id, state: 'AVAILABLE', lock: null })
    expect(await ask(id)).toBeNull()
    expect(await ask('nonsense')).toBeNull()
    expect(await ask(randomUUID())).toBeNull()
    expect(await ask(public_id, operator)).toMatchObject({ lock: 'LOCKED' })
    const { viewer } = await fleet.book(device)
    await eventually(
      () => fleet.vehicle(device),
      ({ state }) => state === 'RESERVED',
    )
    for (const stranger of [anonymous, rider()]) {
      expect(await ask(public_id, stranger)).toBeNull()
      expect(await entity(stranger)).toBeNull()
    }
    expect(await ask(public_id, viewer)).toEqual({ id: public_id, state: 'RESERVED', lock: 'LOCKED' })
    expect(await entity(viewer)).toEqual({ id: public_id, state: 'RESERVED' })
    expect(ids(await search({ radiusMeters: 500, first: 200 }))).not.toContain(public_id)
    await vehicle.leave()
  })

  it('keeps the newer of two copies, whichever is written last', async () => {
    const log = createLog('test', 'silent')
    const pool = createPool(fleet.database.url('fleet'), log)
    const redis = createRedis(fleet.redis.url, log)
    await eventually(
      () => redis.status,
      (status) => status === 'ready',
    )
    const index = createSearchIndex(redis, pool, log)
    await index.reconcile()
    const offer = { publicId: randomUUID(), latitude: 48.137, longitude: 11.575, batteryPercent: 50 }
    const copy = { vehicleId: randomUUID(), typeId: 'scooter' }
    const found = async () => {
      const near = { latitude: 48.137, longitude: 11.575 }
      const types = [{ typeId: 'scooter', minBatteryPercent: 0 }]
      return (await index.search({ near, radiusMeters: 50, first: 1, types }))?.map(({ vehicle }) => vehicle.publicId)
    }
    await index.write([{ ...copy, version: 1, offer }])
    expect(await found()).toEqual([offer.publicId])
    await index.write([{ ...copy, version: 3, offer: null }])
    await index.write([{ ...copy, version: 2, offer }])
    expect(await found()).toEqual([])
    redis.disconnect()
    await eventually(
      () => index.trusted,
      (trust) => !trust,
    )
    expect(await found()).toBeUndefined()
    await pool.end()
  })

  it('shows no more on a map than fits, and says so', async () => {
    const box = { south: 50.09, west: 8.66, north: 50.13, east: 8.7 }
    const watched = fleet.watch<{ vehicles: object[]; truncated: boolean }>(
      'subscription ($box: BoxInput!) { vehicleAvailability(box: $box) { truncated vehicles { id } } }',
      { box },
      anonymous,
    )
    const [snapshot] = await eventually(
      () => watched.received,
      ({ length }) => length > 0,
    )
    expect(snapshot?.vehicles).toHaveLength(500)
    expect(snapshot?.truncated).toBe(true)
    watched.stop()
  })

  it('says where a trip may end and where not', async () => {
    const ask = (box: object) =>
      fleet.ask('query ($box: BoxInput!) { zones(box: $box) { kind name area } }', { box }, anonymous)
    const { data } = await ask({ south: 50.105, west: 8.675, north: 50.112, east: 8.69 })
    const zones = data?.['zones'] as { kind: string; name: string; area: string }[]
    expect(new Set(zones.map(({ kind }) => kind))).toEqual(new Set(['SERVICE_AREA', 'PARKING', 'NO_PARKING']))
    expect(JSON.parse(zones[0]?.area ?? '')).toHaveProperty('coordinates')
    expect((await ask({ south: 1, west: 8, north: 0, east: 9 })).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
  })
})
