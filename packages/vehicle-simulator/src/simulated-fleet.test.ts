import { generateKeyPairSync } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parkingPlaces } from '@holdfast/frankfurt-map'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import type { SimulatorConfig } from './config.ts'
import type { SimulatedDevice } from './devices.ts'
import { simulatedFleet } from './simulated-fleet.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-simulator-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const [home] = parkingPlaces()
const device = (deviceId: string, rides: boolean): SimulatedDevice => ({
  deviceId,
  mqttPassword: 'secret',
  privateKey: generateKeyPairSync('ed25519').privateKey,
  rides,
  latitude: home?.latitude ?? 0,
  longitude: home?.longitude ?? 0,
  batteryPercent: 80,
})
const [first, second, standing] = [device('v-1', true), device('v-2', true), device('v-3', false)]

const fleet = (given: Partial<SimulatorConfig> = {}) =>
  simulatedFleet({
    PORT: 0,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'silent',
    MQTT_URL: 'mqtt://127.0.0.1:1',
    COMMAND_PUBLIC_KEY_FILE: () => undefined,
    STATE_DIR: directory,
    LOW_BATTERY_PERCENT: 8,
    DEVICES_FILE: [first, second, standing],
    FLEET: undefined,
    RIDE_SECONDS: { shortest: 20, longest: 60 },
    SIMULATION_SPEED: 30,
    SIMULATION_SEED: 1,
    SIMULATED_LOCK_MS: 0,
    ...given,
  })

it('goes on after a restart from where it was, each lock as it was', async () => {
  let before: unknown
  {
    using running = fleet()
    const vehicle = running.of(first)
    const start = vehicle.readings()
    await vehicle.moveLock('UNLOCKED')
    await delay(700)
    await vehicle.moveLock('LOCKED')
    const { latitude, longitude, odometer } = vehicle.readings()
    expect(odometer).toBeGreaterThan(start.odometer)
    before = { latitude, longitude, odometer }
    await running.of(standing).moveLock('UNLOCKED')
  }
  using again = fleet()
  expect(again.of(first).readings()).toMatchObject({ ...(before as object), speed: 0 })
  expect(await again.of(first).readLock()).toBe('LOCKED')
  expect(await again.of(standing).readLock()).toBe('UNLOCKED')
})

it('has a lock on disk as soon as it has moved', async () => {
  using running = fleet()
  await running.of(standing).moveLock('UNLOCKED')
  // Not disposed of: as after kill -9.
  const copy = join(directory, 'copy')
  for (const name of readdirSync(directory)) cpSync(join(directory, name), join(copy, name))
  using again = fleet({ STATE_DIR: copy })
  expect(await again.of(standing).readLock()).toBe('UNLOCKED')
})

it('lets no more vehicles be ridden than FLEET', async () => {
  using running = fleet({ FLEET: 1 })
  const vehicles = [first, second, standing].map((each) => running.of(each))
  for (const vehicle of vehicles) await vehicle.moveLock('UNLOCKED')
  await delay(700)
  expect(vehicles.map((vehicle) => vehicle.readings().odometer > 0)).toEqual([true, false, false])
})
