import { setTimeout as delay } from 'node:timers/promises'
import { testBroker } from '@holdfast/dev/testing'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { connectAsync } from 'mqtt'
import { type Agent, provisioned, startAgent, testDevice, until } from './agent-process.ts'
import { type TestServer, testServer } from './server.ts'

/** The bolt moves after half of this, and its sensor is read after all of it: time to die in either half. */
const slowLock = { LOCK_MS: '2000' }

const scooter = testDevice()
let broker: Awaited<ReturnType<typeof testBroker>>
let state: ReturnType<typeof provisioned>
let agent: Agent
let server: TestServer

beforeEach(async () => {
  broker = await testBroker({ devices: [scooter] })
  state = provisioned([scooter])
  agent = startAgent(state.directory, broker.vehicleUrl, slowLock)
  server = await testServer(broker.fleetUrl, broker.fleet, state.serverKey)
})

afterEach(async () => {
  await agent.end('SIGTERM')
  await server[Symbol.asyncDispose]()
  await broker[Symbol.asyncDispose]()
  state[Symbol.dispose]()
})

const moves = () => state.moves(scooter.deviceId)
const untilMoved = () => until('the bolt moves', () => moves() > 0)

describe('an agent that is killed in the middle of a command', () => {
  it('after saving and before moving: never moves the lock for it, and says so in every ack', async () => {
    const command = await server.command(scooter)
    await server.send(scooter, command)
    await server.ack(scooter, command.cid, ['ACCEPTED'])
    await agent.end('SIGKILL')
    expect(moves()).toBe(0)

    const before = server.received.length
    agent = startAgent(state.directory, broker.vehicleUrl, slowLock)
    const ack = await server.ack(scooter, command.cid, undefined, before)
    expect(ack).toMatchObject({ phase: 'REFUSED', code: 'JAMMED', lock: 'LOCKED' })

    const rebooted = await server.birth(scooter, before)
    expect(rebooted.epoch).not.toBe(command.epoch)
    const later = server.received.length
    await server.send(scooter, command)
    expect(await server.ack(scooter, command.cid, undefined, later)).toMatchObject({ ...ack, trace: expect.anything() })
    expect(moves()).toBe(0)
  })

  it('after moving and before its last ack: says that it is done, does not move again, and obeys the next command', async () => {
    const command = await server.command(scooter)
    await server.send(scooter, command)
    await untilMoved()
    await agent.end('SIGKILL')

    const before = server.received.length
    agent = startAgent(state.directory, broker.vehicleUrl, slowLock)
    const ack = await server.ack(scooter, command.cid, undefined, before)
    expect(ack).toMatchObject({ phase: 'EXECUTED', code: null, lock: 'UNLOCKED' })

    const { epoch } = await server.birth(scooter, before)
    const later = server.received.length
    await server.send(scooter, command)
    expect(await server.ack(scooter, command.cid, undefined, later)).toMatchObject({ ...ack, trace: expect.anything() })
    expect(moves()).toBe(1)

    const lock = await server.command(scooter, { action: 'LOCK', epoch, counter: 1 })
    await server.send(scooter, lock)
    expect(await server.ack(scooter, lock.cid)).toMatchObject({ phase: 'EXECUTED', lock: 'LOCKED' })
    expect(moves()).toBe(2)
  })
})

describe('a connection that breaks while the lock moves', () => {
  it('brings the next command, which waits for the first one', async () => {
    const unlock = await server.command(scooter)
    await server.send(scooter, unlock)
    await server.ack(scooter, unlock.cid, ['ACCEPTED'])

    const before = server.received.length
    const { deviceId, mqttPassword } = scooter
    const login = { clientId: deviceId, username: deviceId, password: mqttPassword, clean: false }
    // A client with the same id takes over the vehicle's session, which closes its connection.
    await (await connectAsync(broker.vehicleUrl, { ...login, protocolVersion: 5, reconnectPeriod: 0 })).endAsync()
    await server.birth(scooter, before)
    const lock = await server.command(scooter, { action: 'LOCK' })
    await server.send(scooter, lock)

    expect(await server.ack(scooter, lock.cid)).toMatchObject({ phase: 'EXECUTED', lock: 'LOCKED' })
    expect(await server.ack(scooter, unlock.cid)).toMatchObject({ phase: 'EXECUTED', lock: 'UNLOCKED' })
  })
})

describe('an agent that is asked to stop', () => {
  it('first finishes the command it is working on', async () => {
    const command = await server.command(scooter)
    await server.send(scooter, command)
    await server.ack(scooter, command.cid, ['ACCEPTED'])
    expect(await agent.end('SIGTERM')).toBe(0)
    expect(await server.ack(scooter, command.cid)).toMatchObject({ phase: 'EXECUTED', lock: 'UNLOCKED' })
  })
})

describe('a command that waited for the vehicle', () => {
  it('is refused as expired when the vehicle is back too late', async () => {
    await server.birth(scooter)
    process.kill(agent.pid, 'SIGSTOP')
    const command = await server.command(scooter, { expiresAt: Date.now() + 300 })
    await server.send(scooter, command)
    await delay(600)
    process.kill(agent.pid, 'SIGCONT')
    expect(await server.ack(scooter, command.cid)).toMatchObject({ phase: 'REFUSED', code: 'EXPIRED', lock: 'LOCKED' })
    expect(moves()).toBe(0)
  })

  it('is refused because of its epoch when the vehicle was rebooted in between', async () => {
    const { epoch } = await server.birth(scooter)
    await agent.end('SIGKILL')
    const command = await server.command(scooter, { epoch })
    await server.send(scooter, command)
    agent = startAgent(state.directory, broker.vehicleUrl, slowLock)
    expect(await server.ack(scooter, command.cid)).toMatchObject({ phase: 'REFUSED', code: 'EPOCH', lock: 'LOCKED' })
    expect(moves()).toBe(0)
  })
})
