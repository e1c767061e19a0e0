import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { testBroker } from '@holdfast/dev/testing'
import { expect, it } from '@jest/globals'
import { provisioned, startAgent, testDevice } from './agent-process.ts'
import { testServer } from './server.ts'

const main = join(import.meta.dirname, '../src/main.ts')

/** A lock as `hardware/gpio.ts` finds it: a program and two files. */
function lockIn(directory: string) {
  const [actuator, sensor, readings] = ['actuator', 'sensor', 'readings.json'].map((name) => join(directory, name))
  if (!actuator || !sensor || !readings) throw new Error('no paths')
  writeFileSync(actuator, `#!/bin/sh\ncase "$1" in unlock) echo 1 > ${sensor};; lock) echo 0 > ${sensor};; esac\n`)
  chmodSync(actuator, 0o755)
  writeFileSync(sensor, '0\n')
  const measured = { latitude: 50.11, longitude: 8.68, speed: 0, heading: 10, batteryPercent: 60, odometer: 5 }
  const measure = () => writeFileSync(readings, JSON.stringify({ ...measured, at: Date.now() }))
  measure()
  const timer = setInterval(measure, 500)
  return {
    sensor,
    env: { ACTUATOR_COMMAND: actuator, LOCK_SENSOR_FILE: sensor, READINGS_FILE: readings },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

it('the agent of a real vehicle moves its lock', async () => {
  const scooter = testDevice()
  await using broker = await testBroker({ devices: [scooter] })
  using state = provisioned([scooter])
  using lock = lockIn(state.directory)
  await using server = await testServer(broker.fleetUrl, broker.fleet, state.serverKey)
  const agent = startAgent(state.directory, broker.vehicleUrl, lock.env, main)
  try {
    const command = await server.command(scooter)
    await server.send(scooter, command)
    expect(await server.ack(scooter, command.cid)).toMatchObject({ phase: 'EXECUTED', batteryPercent: 60 })
    expect(readFileSync(lock.sensor, 'utf8')).toBe('1\n')
  } finally {
    expect(await agent.end('SIGTERM')).toBe(0)
  }
})

it('the agent of a real vehicle names every fault of its configuration, and does not run two vehicles', async () => {
  using state = provisioned([testDevice(), testDevice()])
  const agent = startAgent(state.directory, 'http://127.0.0.1:1', {}, main)
  expect(await agent.exited).toBe(1)
  for (const fault of ['MQTT_URL', 'must name exactly one vehicle', 'ACTUATOR_COMMAND', 'LOCK_SENSOR_FILE']) {
    expect(agent.logs()).toContain(fault)
  }
})
