import { createHash } from 'node:crypto'
import { parkingPlaces } from '@holdfast/frankfurt-map'
import { booleanPointInPolygon } from '@turf/boolean-point-in-polygon'
import type { Pool, PoolClient } from 'pg'
import { type Corner, type District, districts } from './districts.ts'

/** A vehicle as it was provisioned. */
export interface SeedDevice {
  readonly deviceId: string
  /** Ed25519, the raw 32 bytes in base64url. */
  readonly publicKey: string
  /** Whether it stands in the centre and is ridden there. */
  readonly rides: boolean
  readonly latitude: number
  readonly longitude: number
  readonly batteryPercent?: number
}

type Polygon = Corner[][]
type Area = { type: 'Polygon'; coordinates: Polygon } | District['geometry']
type Place = { latitude: number; longitude: number }

interface Zone {
  kind: 'SERVICE_AREA' | 'PARKING' | 'NO_PARKING'
  name: string
  area: Area
}

/**
 * A small believable Frankfurt: price plans, vehicle types, zones and the given vehicles. Safe to repeat: existing rows stay
 * as they are, except zones and names, and only new vehicles are listed. A vehicle is offered after its first report.
 */
export async function seed(pool: Pool, { devices }: { devices: readonly SeedDevice[] }): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await pricePlans(client)
    await vehicleTypes(client)
    await zones(client, devices)
    await vehicles(client, devices)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

/** Cents. */
const pricePlans = (client: PoolClient) =>
  client.query(`
    insert into booking.price_plan (id, name, currency, unlock_minor, per_minute_minor, cap_minor, authorise_minor)
    values
      ('scooter', 'E-scooter', 'EUR', 100, 25, 2500, 2500),
      ('ebike', 'E-bike', 'EUR', 100, 19, 2000, 2000)
    on conflict (id) do nothing`)

const vehicleTypes = (client: PoolClient) =>
  client.query(`
    insert into fleet.vehicle_type (id, name, form_factor, propulsion_type, max_range_meters, price_plan_id)
    values
      ('scooter', 'E-scooter', 'scooter_standing', 'electric', 35000, 'scooter'),
      ('ebike', 'E-bike', 'bicycle', 'electric_assist', 60000, 'ebike')
    on conflict (id) do update set name = excluded.name, max_range_meters = excluded.max_range_meters`)

async function zones(client: PoolClient, devices: readonly SeedDevice[]): Promise<void> {
  const all = zonesFor(devices)
  await client.query(
    `insert into fleet.zone (id, kind, name, area)
     select * from unnest($1::uuid[], $2::fleet.zone_kind[], $3::text[], $4::jsonb[])
     on conflict (id) do update set name = excluded.name, area = excluded.area`,
    [
      all.map((zone) => idOf(zone.kind, zone.name, JSON.stringify(middleOf(zone.area)))),
      all.map(({ kind }) => kind),
      all.map(({ name }) => name),
      all.map(({ area }) => JSON.stringify(area)),
    ],
  )
}

/** Metres around a parking place within which its vehicles stand, position error included. */
const parkingRadius = 40

/** A footbridge over the Main, where a parked scooter would block the way. */
const eisernerSteg: Polygon = [
  [
    [8.68204, 50.10866],
    [8.68228, 50.10862],
    [8.68318, 50.10728],
    [8.68294, 50.10724],
    [8.68204, 50.10866],
  ],
]

/**
 * In the centre, where streets are full, trips end at parking places; farther out, anywhere in a district. Vehicles that
 * stand in the centre away from a parking place get a parking place there.
 */
export function zonesFor(devices: readonly SeedDevice[]): Zone[] {
  const places = parkingPlaces()
  const all = districts()
  const contains = ({ geometry }: District, { longitude, latitude }: Place) =>
    booleanPointInPolygon([longitude, latitude], geometry)
  const central = all.filter((district) => places.some((place) => contains(district, place)))
  const parking = (name: string, place: Place): Zone => ({
    kind: 'PARKING',
    name,
    area: { type: 'Polygon', coordinates: [circle(place, parkingRadius)] },
  })
  return [
    {
      kind: 'SERVICE_AREA',
      name: 'Frankfurt am Main',
      area: { type: 'MultiPolygon', coordinates: all.flatMap(({ geometry }) => geometry.coordinates) },
    },
    { kind: 'NO_PARKING', name: 'Eiserner Steg', area: { type: 'Polygon', coordinates: eisernerSteg } },
    ...places.map((place) => parking(place.name, place)),
    ...all
      .filter((district) => !central.includes(district))
      .map(({ properties, geometry }): Zone => ({ kind: 'PARKING', name: properties.name, area: geometry })),
    ...devices
      .filter((device) => !device.rides && central.some((district) => contains(district, device)))
      .map((device) => parking('Parking spot', device)),
  ]
}

const metersPerDegree = 111_195
const corners = 24

function circle({ latitude, longitude }: Place, radius: number): Corner[] {
  const ring = Array.from({ length: corners }, (_, i): Corner => {
    const angle = (2 * Math.PI * i) / corners
    const east = (radius * Math.cos(angle)) / metersPerDegree / Math.cos((latitude * Math.PI) / 180)
    const north = (radius * Math.sin(angle)) / metersPerDegree
    return [rounded(longitude + east), rounded(latitude + north)]
  })
  return [...ring, ...ring.slice(0, 1)]
}

const rounded = (degrees: number) => Math.round(degrees * 1e6) / 1e6

function middleOf(area: Area): Corner {
  const points = (area.type === 'Polygon' ? [area.coordinates] : area.coordinates).flat(2)
  const mean = (axis: 0 | 1) => rounded(points.reduce((sum, point) => sum + point[axis], 0) / points.length)
  return [mean(0), mean(1)]
}

/** The same UUID for the same words, so that a repeated seed finds its rows (RFC 9562, version 8). */
function idOf(...words: string[]): string {
  const hash = createHash('sha256').update(words.join('\n')).digest('hex')
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}

/** One in five vehicles that are not ridden is an e-bike. */
const typeOf = ({ rides }: SeedDevice, index: number) => (!rides && index % 5 === 0 ? 'ebike' : 'scooter')

async function vehicles(client: PoolClient, devices: readonly SeedDevice[]): Promise<void> {
  await client.query(
    `with given as (
       select * from unnest($1::text[], $2::text[], $3::integer[], $4::float8[], $5::float8[], $6::bytea[])
         as d (device_id, vehicle_type_id, battery_percent, latitude, longitude, public_key)
     ),
     added as (
       -- Silent from the start: the grace period is not for a vehicle that has never reported.
       insert into fleet.vehicle (id, device_id, public_id, vehicle_type_id, battery_percent, contact_changed_at)
       select gen_random_uuid(), device_id, gen_random_uuid(), vehicle_type_id, battery_percent, 'epoch' from given
       on conflict (device_id) do nothing
       returning id, device_id, public_id, vehicle_type_id
     ),
     placed as (
       insert into fleet.vehicle_position (vehicle_id, latitude, longitude, measured_at)
       select a.id, g.latitude, g.longitude, 'epoch' from added a join given g using (device_id)
     ),
     keyed as (
       insert into fleet.device_key (device_id, kid, public_key)
       select device_id, device_id, public_key from given
       on conflict (device_id, kid) do nothing
     )
     insert into fleet.outbox (subject, type, data)
     select a.id, 'VehicleListed', jsonb_build_object(
       'vehicleId', a.id, 'publicId', a.public_id, 'vehicleType', a.vehicle_type_id, 'pricePlanId', t.price_plan_id,
       'place', jsonb_build_object('latitude', g.latitude, 'longitude', g.longitude))
     from added a join given g using (device_id) join fleet.vehicle_type t on t.id = a.vehicle_type_id`,
    [
      devices.map(({ deviceId }) => deviceId),
      devices.map(typeOf),
      devices.map(({ batteryPercent }) => batteryPercent ?? 100),
      devices.map(({ latitude }) => latitude),
      devices.map(({ longitude }) => longitude),
      devices.map(({ publicKey }) => Buffer.from(publicKey, 'base64url')),
    ],
  )
}
