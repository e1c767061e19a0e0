import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Redis } from 'ioredis'
import { connectAsync, type MqttClient } from 'mqtt'
import { queryOnce } from '../servers/postgres.ts'
import { type TestBroker, testBroker, testDatabase, testRedis } from '../testing/index.ts'

describe('a test database', () => {
  it('is migrated, and each is its own', async () => {
    await using one = await testDatabase()
    await using other = await testDatabase()
    await queryOnce(one.url('owner'), 'create table public.mine (id int)')
    const tables = "select schemaname || '.' || tablename as name from pg_tables"
    const names = async (url: string) => (await queryOnce(url, tables)).map(({ name }) => name)
    expect(await names(one.url('owner'))).toContain('public.mine')
    expect(await names(other.url('owner'))).not.toContain('public.mine')
    expect(await names(other.url('owner'))).toContain('booking.outbox')
  })

  it('lets each role in, and only into its own schema', async () => {
    await using database = await testDatabase()
    const insert = "insert into booking.inbox (consumer, event_id) values ('test', gen_random_uuid())"
    await queryOnce(database.url('booking'), insert)
    await expect(queryOnce(database.url('payment'), insert)).rejects.toThrow('permission denied')
  })

  it('is gone after drop', async () => {
    const database = await testDatabase()
    await database.drop()
    await expect(queryOnce(database.url('owner'), 'select 1')).rejects.toThrow('does not exist')
  })
})

describe('a test Redis', () => {
  it('keeps what it acknowledged through SIGKILL, on the same port', async () => {
    await using server = await testRedis()
    const client = new Redis(server.url, { retryStrategy: () => 50 })
    client.on('error', () => {})
    await client.set('kept', 'yes')
    const before = server.pid
    await server.kill()
    expect(server.running).toBe(false)
    await server.start()
    expect(server.pid).not.toBe(before)
    expect(await client.get('kept')).toBe('yes')
    client.disconnect()
  })

  it('does not answer while paused, and answers after', async () => {
    await using server = await testRedis()
    const client = new Redis(server.url, { commandTimeout: 300, maxRetriesPerRequest: 0 })
    client.on('error', () => {})
    await client.set('x', '1')
    await server.pause()
    await expect(client.get('x')).rejects.toThrow('timed out')
    await server.resume()
    expect(await client.get('x')).toBe('1')
    client.disconnect()
  })

  it('refuses who does not know its password', async () => {
    await using server = await testRedis()
    const url = new URL(server.url)
    url.password = ''
    const stranger = new Redis(url.href)
    stranger.on('error', () => {})
    await expect(stranger.get('x')).rejects.toThrow('NOAUTH')
    stranger.disconnect()
  })
})

describe('a test broker', () => {
  const alice = { deviceId: 'v-a11ce000', mqttPassword: 'alice-password' }
  const bob = { deviceId: 'v-b0b00000', mqttPassword: 'bob-password' }
  let broker: TestBroker
  const clients: MqttClient[] = []

  beforeAll(async () => {
    broker = await testBroker({ devices: [alice, bob] })
  })
  afterAll(async () => {
    for (const client of clients) client.end(true)
    await broker.stop()
  })

  const connect = async (url: string, username: string, password: string, clientId?: string) => {
    const client = await connectAsync(url, {
      username,
      password,
      protocolVersion: 5,
      reconnectPeriod: 0,
      ...(clientId === undefined ? {} : { clientId }),
    })
    client.on('error', () => {})
    clients.push(client)
    return client
  }
  const vehicle = ({ deviceId, mqttPassword }: typeof alice, clientId?: string) =>
    connect(broker.vehicleUrl, deviceId, mqttPassword, clientId)
  const fleet = () => connect(broker.fleetUrl, broker.fleet.username, broker.fleet.password)
  const messagesTo = (client: MqttClient) => {
    const messages: string[] = []
    client.on('message', (topic, payload) => messages.push(`${topic} ${payload}`))
    return messages
  }

  it('refuses a wrong password, an unknown user and no user', async () => {
    await expect(vehicle({ ...alice, mqttPassword: 'wrong' })).rejects.toThrow('Not authorized')
    await expect(vehicle({ deviceId: 'v-0', mqttPassword: '' })).rejects.toThrow('Not authorized')
    await expect(connectAsync(broker.vehicleUrl, { protocolVersion: 5, reconnectPeriod: 0 })).rejects.toThrow(
      'Not authorized',
    )
  })

  it('accepts vehicles on their listener only, and the fleet service on its own', async () => {
    await expect(connect(broker.fleetUrl, alice.deviceId, alice.mqttPassword)).rejects.toThrow('Not authorized')
    await expect(connect(broker.vehicleUrl, 'fleet', broker.fleet.password)).rejects.toThrow('Not authorized')
  })

  it('delivers to a vehicle what is meant for it and nothing else', async () => {
    const a = await vehicle(alice)
    const messages = messagesTo(a)
    await a.subscribeAsync(['#', `vehicles/${bob.deviceId}/dn/#`, `vehicles/${alice.deviceId}/dn/#`], { qos: 1 })
    const backend = await fleet()
    await backend.publishAsync(`vehicles/${bob.deviceId}/dn/cmd`, 'for bob', { qos: 1 })
    await backend.publishAsync(`vehicles/${alice.deviceId}/dn/cmd`, 'for alice', { qos: 1 })
    await until(() => messages.length > 0)
    expect(new Set(messages)).toEqual(new Set([`vehicles/${alice.deviceId}/dn/cmd for alice`]))
  })

  it('accepts from a vehicle only its own messages', async () => {
    const backend = await fleet()
    const messages = messagesTo(backend)
    await backend.subscribeAsync('vehicles/+/up/#', { qos: 1 })
    const b = await vehicle(bob)
    const say = (topic: string, words: string) =>
      b.publishAsync(topic, words, { qos: 1 }).catch((error: Error) => error.message)
    expect(await say(`vehicles/${alice.deviceId}/up/state`, 'as alice')).toMatch('Not authorized')
    expect(await say(`vehicles/${alice.deviceId}/dn/cmd`, 'unlock')).toMatch('Not authorized')
    await say(`vehicles/${bob.deviceId}/up/state`, 'as bob')
    await until(() => messages.length > 0)
    expect(messages).toEqual([`vehicles/${bob.deviceId}/up/state as bob`])
  })

  it('lets no vehicle disconnect another by taking its client id', async () => {
    const a = await vehicle(alice)
    let disconnected = false
    a.on('close', () => {
      disconnected = true
    })
    await vehicle(bob, alice.deviceId)
    const backend = await fleet()
    const messages = messagesTo(a)
    await a.subscribeAsync(`vehicles/${alice.deviceId}/dn/#`, { qos: 1 })
    await backend.publishAsync(`vehicles/${alice.deviceId}/dn/cfg`, 'still there', { qos: 1 })
    await until(() => messages.length > 0)
    expect(disconnected).toBe(false)
  })

  it('keeps its port and its passwords through SIGKILL', async () => {
    const { vehicleUrl } = broker
    await broker.kill()
    await broker.start()
    expect(broker.vehicleUrl).toBe(vehicleUrl)
    const a = await vehicle(alice)
    expect(a.connected).toBe(true)
  })
})

async function until(done: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 5_000; !done(); await new Promise((resolve) => setTimeout(resolve, 10))) {
    if (Date.now() > deadline) throw new Error('did not happen within 5 s')
  }
}
