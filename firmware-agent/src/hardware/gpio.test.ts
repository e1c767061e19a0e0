import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { gpioHardware } from './gpio.ts'

let directory: string
const at = (name: string) => join(directory, name)
const paths = () => ({ actuator: at('actuator'), sensor: at('sensor'), readings: at('readings.json') })
const ignored = () => {}

const read = { latitude: 50.11, longitude: 8.68, speed: 0, heading: 10, batteryPercent: 60, odometer: 5 }

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-gpio-'))
  writeFileSync(at('sensor'), '0\n')
  writeFileSync(at('readings.json'), JSON.stringify({ ...read, at: Date.now() }))
  actuator('case "$1" in unlock) echo 1 > sensor;; lock) echo 0 > sensor;; beep) echo beep > beeped;; esac')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function actuator(script: string) {
  writeFileSync(at('actuator'), `#!/bin/sh\ncd ${directory}\n${script}\n`)
  chmodSync(at('actuator'), 0o755)
}

it('runs the motor and reads the sensor', async () => {
  using vehicle = await gpioHardware(paths(), ignored)
  expect(await vehicle.readLock()).toBe('LOCKED')
  await vehicle.moveLock('UNLOCKED')
  expect(await vehicle.readLock()).toBe('UNLOCKED')
  await vehicle.moveLock('LOCKED')
  expect(await vehicle.readLock()).toBe('LOCKED')
})

it('sees a bolt that did not move', async () => {
  actuator('exit 0')
  using vehicle = await gpioHardware(paths(), ignored)
  await vehicle.moveLock('UNLOCKED')
  expect(await vehicle.readLock()).toBe('LOCKED')
})

it('fails when the motor fails', async () => {
  actuator('exit 3')
  using vehicle = await gpioHardware(paths(), ignored)
  await expect(vehicle.moveLock('UNLOCKED')).rejects.toThrow()
})

it('does not wait for a motor program that will not end', async () => {
  actuator("trap '' TERM; exec sleep 20")
  using vehicle = await gpioHardware(paths(), ignored, 200)
  const began = Date.now()
  await expect(vehicle.moveLock('UNLOCKED')).rejects.toThrow()
  expect(Date.now() - began).toBeLessThan(5_000)
})

it('reports once that the readings cannot be read', async () => {
  const errors: unknown[] = []
  using _vehicle = await gpioHardware(paths(), (error) => errors.push(error))
  rmSync(at('readings.json'))
  await new Promise((resolve) => setTimeout(resolve, 1_100))
  expect(errors).toHaveLength(1)
})

it('beeps', async () => {
  using vehicle = await gpioHardware(paths(), ignored)
  vehicle.beep()
  for (let tries = 0; tries < 100; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    try {
      expect(readFileSync(at('beeped'), 'utf8')).toBe('beep\n')
      return
    } catch {}
  }
  throw new Error('no beep')
})

it('reports a speed when the readings are old', async () => {
  using fresh = await gpioHardware(paths(), ignored)
  expect(fresh.readings()).toMatchObject(read)
  writeFileSync(at('readings.json'), JSON.stringify({ ...read, at: Date.now() - 10_000 }))
  using stale = await gpioHardware(paths(), ignored)
  expect(stale.readings().speed).toBeGreaterThan(0)
})

it.each([
  ['sensor', 'maybe'],
  ['readings.json', '{"speed":0}'],
])('does not start with a %s that contains %s', async (file, text) => {
  writeFileSync(at(file), text)
  await expect(gpioHardware(paths(), ignored)).rejects.toThrow()
})
