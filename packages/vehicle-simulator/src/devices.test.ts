import { generateKeyPairSync } from 'node:crypto'
import { expect, it } from '@jest/globals'
import { SimulatedDevice } from './devices.ts'

it('a simulated vehicle begins with a full battery unless its provisioning says otherwise', () => {
  const privateKey = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }).d
  const device = { deviceId: 'v-1', mqttPassword: 'secret', privateKey, rides: true, latitude: 50.11, longitude: 8.68 }
  expect(SimulatedDevice.parse(device).batteryPercent).toBe(100)
  expect(SimulatedDevice.parse({ ...device, batteryPercent: 40 }).batteryPercent).toBe(40)
})
