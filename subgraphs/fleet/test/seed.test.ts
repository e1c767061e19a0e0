import { type SeedDevice, seed, zonesFor } from '@holdfast/database/seed'
import { testDatabase } from '@holdfast/dev/testing'
import { parkingPlaces } from '@holdfast/frankfurt-map'
import { describe, expect, it } from '@jest/globals'
import pg from 'pg'
import { distance } from '../src/domain/place.ts'
import { boundsOf, contains, parkingAt, type Zone } from '../src/domain/zones.ts'

const device = (number: number, given: Partial<SeedDevice> = {}): SeedDevice => ({
  deviceId: `v-${number}`,
  publicKey: Buffer.alloc(32, number).toString('base64url'),
  rides: false,
  latitude: 50.1109,
  longitude: 8.6821,
  batteryPercent: 60,
  ...given,
})
const zones = (devices: readonly SeedDevice[]): Zone[] =>
  zonesFor(devices).map((zone, i) => ({
    ...zone,
    id: String(i),
    area: zone.area as Zone['area'],
    bounds: boundsOf(zone.area as Zone['area']),
  }))

describe('the zones of the seed', () => {
  const all = zones([device(1)])

  it('let a trip end at every parking place, position error included, and nowhere between', () => {
    for (const place of parkingPlaces()) {
      for (const [north, east] of [
        [0, 0],
        [0.0003, 0],
        [0, -0.0004],
      ] as const) {
        const here = { latitude: place.latitude + north, longitude: place.longitude + east }
        expect(parkingAt(all, here)).toMatchObject({ parking: { kind: 'PARKING' }, forbidden: null })
      }
    }
    const between = parkingPlaces().flatMap((a) => {
      const here = { latitude: a.latitude + 0.0006, longitude: a.longitude }
      return parkingPlaces().every((b) => distance(here, b) > 55) ? [here] : []
    })
    expect(between.length).toBeGreaterThan(0)
    for (const here of between) expect(parkingAt(all, here).parking).toBeNull()
  })

  it('let it end where a vehicle that is not ridden stands, in the centre and outside', () => {
    expect(parkingAt(all, device(1)).parking?.name).toBe('Parking spot')
    expect(parkingAt(all, { latitude: 50.137, longitude: 8.6 }).parking).not.toBeNull()
    expect(parkingAt(all, { latitude: 50.3, longitude: 8.6 }).parking).toBeNull()
  })

  it('forbid it on a bridge, and have one area of service around everything', () => {
    expect(parkingAt(all, { latitude: 50.108, longitude: 8.68258 }).forbidden?.name).toBe('Eiserner Steg')
    const [service, ...others] = all.filter(({ kind }) => kind === 'SERVICE_AREA')
    expect(others).toEqual([])
    for (const place of parkingPlaces()) expect(service && contains(service, place)).toBe(true)
  })
})

it('is safe to repeat, lists each vehicle once, and takes up more of them later', async () => {
  const database = await testDatabase()
  const pool = new pg.Pool({ connectionString: database.url('owner'), max: 2 })
  try {
    const devices = [device(1), device(2, { rides: true })]
    await seed(pool, { devices })
    const counts = async () =>
      (
        await pool.query(
          `select (select count(*)::integer from fleet.vehicle) as vehicles,
             (select count(*)::integer from fleet.zone) as zones,
             (select count(*)::integer from booking.price_plan) as plans,
             (select count(*)::integer from fleet.outbox where type = 'VehicleListed') as listed`,
        )
      ).rows[0]
    const first = await counts()
    expect(first).toMatchObject({ vehicles: 2, plans: 2, listed: 2 })
    await seed(pool, { devices })
    expect(await counts()).toEqual(first)
    await seed(pool, { devices: [...devices, device(3, { latitude: 50.137, longitude: 8.6 })] })
    expect(await counts()).toEqual({ ...first, vehicles: 3, listed: 3 })
    const { rows } = await pool.query('select contact, state from fleet.vehicle')
    for (const row of rows) expect(row).toEqual({ contact: 'LOST', state: 'AVAILABLE' })
  } finally {
    await pool.end()
    await database.drop()
  }
})
