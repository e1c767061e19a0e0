import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { startAgent, testDevice } from '../../../firmware-agent/test/agent-process.ts'

const simulator = join(import.meta.dirname, '../src/main.ts')

it('names every fault of the configuration at once, quotes no secret, and does not start', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-config-'))
  const device = testDevice()
  writeFileSync(join(directory, 'devices.json'), JSON.stringify([{ ...device, privateKey: 'not-a-key', latitude: 95 }]))
  const agent = startAgent(directory, 'http://127.0.0.1:1', { RIDE_SECONDS: 'fast', FLEET: '-1', PORT: '' }, simulator)
  expect(await agent.exited).toBe(1)
  for (const name of [
    'PORT',
    'MQTT_URL',
    'DEVICES_FILE',
    'privateKey',
    'latitude',
    'COMMAND_PUBLIC_KEY_FILE',
    'RIDE_SECONDS',
    'FLEET',
  ]) {
    expect(agent.logs()).toContain(name)
  }
  expect(agent.logs()).not.toContain(device.mqttPassword)
  expect(agent.logs()).not.toContain('not-a-key')
  rmSync(directory, { recursive: true })
})
