import { generateKeyPairSync, randomBytes, randomInt } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parkingPlaces } from '@holdfast/frankfurt-map'
import { projectDir } from './places.ts'
import { writePrivate } from './secrets.ts'

/** A vehicle as it left the factory: what the broker, the fleet and the vehicle itself have to know of it. */
export type Device = {
  /** `v-` and eight hex digits; its user name at the broker. */
  deviceId: string
  mqttPassword: string
  /** Ed25519, the raw 32 bytes in base64url. Signs what the vehicle says. */
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
const listedBesides = 1_000

/** The provisioned vehicles of this data folder and the file they are in. More are made when fewer than `riding` can
 * ride; those that are there stay as they are, also when fewer are asked for. */
export function devicesOf(
  dataDir: string,
  riding: number,
  besides = listedBesides,
): { file: string; devices: Device[] } {
  const file = join(dataDir, 'devices.json')
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Device[]) : []
  const missing = (rides: boolean, wanted: number) => wanted - known.filter((device) => device.rides === rides).length
  const added = [
    ...make(missing(true, riding), true, besideParkingPlaces),
    ...make(missing(false, besides), false, () => districts().map(somewhereIn).filter(outsideTheStreets)),
  ]
  const devices = [...known, ...added]
  if (added.length > 0) writePrivate(file, `[\n${devices.map((device) => JSON.stringify(device)).join(',\n')}\n]\n`)
  return { file, devices }
}

type Position = [longitude: number, latitude: number]

function make(count: number, rides: boolean, places: () => Position[]): Device[] {
  const devices: Device[] = []
  while (devices.length < count) {
    // Round by round over all places, so that each gets its share.
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

/** Where simulated rides end, a few metres off. */
const besideParkingPlaces = (): Position[] =>
  parkingPlaces().map(({ longitude, latitude }) => [aside(longitude), aside(latitude)])

/** Up to 0.00005 degrees, which is 6 m or less. */
const aside = (degrees: number) => degrees + randomInt(-50, 51) / 1_000_000

type District = Position[][][]

function districts(): District[] {
  const file = join(projectDir, 'prisma', 'data', 'frankfurt-districts.geojson')
  const { features } = JSON.parse(readFileSync(file, 'utf8')) as {
    features: { geometry: { coordinates: District } }[]
  }
  return features.map(({ geometry }) => geometry.coordinates)
}

function somewhereIn(district: District): Position {
  const [outline = []] = district[0] ?? []
  const range = (axis: 0 | 1): [number, number] => {
    const values = outline.map((point) => point[axis])
    return [Math.min(...values), Math.max(...values)]
  }
  const [west, east] = range(0)
  const [south, north] = range(1)
  for (;;) {
    const point: Position = [west + Math.random() * (east - west), south + Math.random() * (north - south)]
    if (contains(outline, point)) return point
  }
}

/** The map of streets, Hauptbahnhof to Zeil: who unlocks a vehicle there expects it to ride. */
const streets = { west: 8.65, south: 50.1, east: 8.69, north: 50.12 }

const outsideTheStreets = ([longitude, latitude]: Position) =>
  longitude < streets.west || longitude > streets.east || latitude < streets.south || latitude > streets.north

/** Even-odd rule: a ray from inside crosses the outline an odd number of times. */
function contains(outline: readonly Position[], [x, y]: Position): boolean {
  let inside = false
  let [px, py] = outline.at(-1) ?? [0, 0]
  for (const [qx, qy] of outline) {
    if (qy > y !== py > y && x < ((px - qx) * (y - qy)) / (py - qy) + qx) inside = !inside
    px = qx
    py = qy
  }
  return inside
}
