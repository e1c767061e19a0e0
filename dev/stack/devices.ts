import { generateKeyPairSync, randomBytes, randomInt } from 'node:crypto'
import { join } from 'node:path'
import { type Corner, type District, districts } from '@holdfast/database/districts'
import { parkingPlaces } from '@holdfast/frankfurt-map'
import { bbox } from '@turf/bbox'
import { booleanPointInPolygon } from '@turf/boolean-point-in-polygon'
import { readJson, writePrivateFile } from '../files.ts'

/** A vehicle as it leaves the factory: what the broker, the fleet service and the vehicle itself need to know. */
export type Device = {
  /** `v-` and eight hex digits; its user name at the broker. */
  deviceId: string
  mqttPassword: string
  /** Ed25519, the raw 32 bytes in base64url. Signs the vehicle's reports and acks. */
  publicKey: string
  privateKey: string
  /** Whether it can ride: it stands where the street graph is. */
  rides: boolean
  /** Where it is first put. */
  latitude: number
  longitude: number
  batteryPercent: number
}

/** Vehicles all over the city that answer and unlock, but have no streets to ride on. */
const defaultParked = 1_000

/** The vehicles of this data folder and the file that lists them. Vehicles are added until `riding` can ride and `parked`
 * cannot; none is ever changed or removed. */
export function loadDevices(dataDir: string, riding: number, parked = defaultParked) {
  const file = join(dataDir, 'devices.json')
  const known = readJson<Device[]>(file) ?? []
  const missing = (rides: boolean, count: number) => count - known.filter((device) => device.rides === rides).length
  const added = [
    ...make(missing(true, riding), true, besideParkingPlaces),
    ...make(missing(false, parked), false, () => districts().map(somewhereIn).filter(outsideTheStreets)),
  ]
  const devices = [...known, ...added]
  if (added.length > 0) writePrivateFile(file, `[\n${devices.map((device) => JSON.stringify(device)).join(',\n')}\n]\n`)
  return { file, devices }
}

function make(count: number, rides: boolean, places: () => Corner[]): Device[] {
  const devices: Device[] = []
  while (devices.length < count) {
    // Over all places again and again, so that they get equally many.
    for (const [longitude, latitude] of places().slice(0, count - devices.length)) {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519')
      devices.push({
        deviceId: `v-${randomBytes(4).toString('hex')}`,
        mqttPassword: randomBytes(16).toString('base64url'),
        publicKey: publicKey.export({ format: 'jwk' }).x ?? '',
        privateKey: privateKey.export({ format: 'jwk' }).d ?? '',
        rides,
        latitude: Number(latitude.toFixed(6)),
        longitude: Number(longitude.toFixed(6)),
        batteryPercent: randomInt(35, 101),
      })
    }
  }
  return devices
}

/** A few metres from where simulated rides end. */
const besideParkingPlaces = (): Corner[] =>
  parkingPlaces().map(({ longitude, latitude }) => [nearby(longitude), nearby(latitude)])

/** Up to 0.00005 degrees, which is 6 m or less. */
const nearby = (degrees: number) => degrees + randomInt(-50, 51) / 1_000_000

function somewhereIn({ geometry }: District): Corner {
  const [west, south, east, north] = bbox(geometry)
  for (;;) {
    const point: Corner = [west + Math.random() * (east - west), south + Math.random() * (north - south)]
    if (booleanPointInPolygon(point, geometry)) return point
  }
}

/** The area of the street map, Hauptbahnhof to Zeil. A vehicle that stands in it is expected to ride. */
const streets = { west: 8.65, south: 50.1, east: 8.69, north: 50.12 }

const outsideTheStreets = ([longitude, latitude]: Corner) =>
  longitude < streets.west || longitude > streets.east || latitude < streets.south || latitude > streets.north
