import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { expect, it } from '@jest/globals'
import { mqttClient, setKeepalive } from './client.ts'

/** Seconds, from an MQTT 5 CONNECT [MQTT-3.1.2.10]: after the length, the protocol's name, its level and the flags. */
function keepaliveOf(connect: Buffer): number {
  let start = 1
  while (connect.readUInt8(start) >= 128) start += 1
  return connect.readUInt16BE(start + 1 + 6 + 1 + 1)
}

it('a vehicle that was unlocked since sends more heartbeats over its next connection', async () => {
  const broker = createServer()
  await once(broker.listen(0, '127.0.0.1'), 'listening')
  const address = broker.address()
  const client = mqttClient({
    url: `mqtt://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    deviceId: 'v-1',
    password: 'secret',
    lock: 'LOCKED',
    will: { v: 1, online: false, epoch: 'epoch-of-this-boot', firmware: '1', counter: 0, at: 1 },
  })
  client.on('error', () => {})
  const nextKeepalive = async () => {
    const [socket] = (await once(broker, 'connection')) as [Socket]
    const [connect] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    return keepaliveOf(connect)
  }
  client.connect()
  expect(await nextKeepalive()).toBe(300)
  setKeepalive(client, 'UNLOCKED')
  expect(await nextKeepalive()).toBe(60)
  await new Promise<void>((resolve) => client.once('close', () => resolve()))
  await client.endAsync(true)
  broker.close()
})
