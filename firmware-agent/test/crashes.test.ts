import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { testBroker } from '@holdfast/dev/testing'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { connectAsync } from 'mqtt'
import { type Agent, type House, house, provisioned, startAgent, testDevice, until } from './agent.ts'

/** The bolt moves after half of this, and its sensor is read after all of it: time enough to die in either half. */
const slowLock = { SIMULATED_LOCK_MS: '2000' }

const scooter = testDevice()
let broker: Awaited<ReturnType<typeof testBroker>>
let state: ReturnType<typeof provisioned>
let agent: Agent
let us: House

beforeEach(async () => {
  broker = await testBroker({ devices: [scooter] })
  state = provisioned([scooter])
  agent = startAgent(state.directory, broker.vehicleUrl, slowLock)
  us = await house(broker.fleetUrl, broker.fleet, state.houseKey)
})

afterEach(async () => {
  await agent.end('SIGTERM')
  await us[Symbol.asyncDispose]()
  await broker[Symbol.asyncDispose]()
  state[Symbol.dispose]()
})

const moves = () =>
  readFileSync(state.journal, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"bolt"'))

const untilMoved = () => until('the bolt moves', () => moves().length > 0)

describe('an agent that is killed in the middle of a command', () => {
  it('after remembering and before moving: never moves the lock for it, and always says so', async () => {
    const command = await us.command(scooter)
    await us.send(scooter, command)
    await us.ack(scooter, command.cid, ['ACCEPTED'])
    await agent.end('SIGKILL')
    expect(moves()).toHaveLength(0)

    const before = us.heard.length
    agent = startAgent(state.directory, broker.vehicleUrl, slowLock)
    const ack = await us.ack(scooter, command.cid, undefined, before)
    expect(ack).toMatchObject({ phase: 'REFUSED', code: 'JAMMED', lock: 'LOCKED' })

    const reborn = await us.birth(scooter, before)
    expect(reborn.epoch).not.toBe(command.epoch)
    const later = us.heard.length
    await us.send(scooter, command)
    expect(await us.ack(scooter, command.cid, undefined, later)).toMatchObject({ ...ack, trace: expect.anything() })
    expect(moves()).toHaveLength(0)
  })

  it('after moving and before answering: says that it is done, does not move again, and obeys the next command', async () => {
    const command = await us.command(scooter)
    await us.send(scooter, command)
    await untilMoved()
    await agent.end('SIGKILL')

    const before = us.heard.length
    agent = startAgent(state.directory, broker.vehicleUrl, slowLock)
    const ack = await us.ack(scooter, command.cid, undefined, before)
    expect(ack).toMatchObject({ phase: 'EXECUTED', code: null, lock: 'UNLOCKED' })

    const { epoch } = await us.birth(scooter, before)
    const later = us.heard.length
    await us.send(scooter, command)
    expect(await us.ack(scooter, command.cid, undefined, later)).toMatchObject({ ...ack, trace: expect.anything() })
    expect(moves()).toHaveLength(1)

    const lock = await us.command(scooter, { action: 'LOCK', epoch, counter: 1 })
    await us.send(scooter, lock)
    expect(await us.ack(scooter, lock.cid)).toMatchObject({ phase: 'EXECUTED', lock: 'LOCKED' })
    expect(moves()).toHaveLength(2)
  })
})

describe('a connection that breaks while the lock moves', () => {
  it('brings the next command, which waits for the one in work', async () => {
    const unlock = await us.command(scooter)
    await us.send(scooter, unlock)
    await us.ack(scooter, unlock.cid, ['ACCEPTED'])

    const before = us.heard.length
    const { deviceId, mqttPassword } = scooter
    const login = { clientId: deviceId, username: deviceId, password: mqttPassword, clean: false }
    // Who connects with the same client id takes the vehicle's connection away.
    await (await connectAsync(broker.vehicleUrl, { ...login, protocolVersion: 5, reconnectPeriod: 0 })).endAsync()
    await us.birth(scooter, before)
    const lock = await us.command(scooter, { action: 'LOCK' })
    await us.send(scooter, lock)

    expect(await us.ack(scooter, lock.cid)).toMatchObject({ phase: 'EXECUTED', lock: 'LOCKED' })
    expect(await us.ack(scooter, unlock.cid)).toMatchObject({ phase: 'EXECUTED', lock: 'UNLOCKED' })
  })
})

describe('an agent that is asked to stop', () => {
  it('first finishes the command it is working on', async () => {
    const command = await us.command(scooter)
    await us.send(scooter, command)
    await us.ack(scooter, command.cid, ['ACCEPTED'])
    expect(await agent.end('SIGTERM')).toBe(0)
    expect(await us.ack(scooter, command.cid)).toMatchObject({ phase: 'EXECUTED', lock: 'UNLOCKED' })
  })
})

describe('a command that waited for the vehicle', () => {
  it('is refused as expired when the vehicle is back too late', async () => {
    await us.birth(scooter)
    process.kill(agent.pid, 'SIGSTOP')
    const command = await us.command(scooter, { expiresAt: Date.now() + 300 })
    await us.send(scooter, command)
    await delay(600)
    process.kill(agent.pid, 'SIGCONT')
    expect(await us.ack(scooter, command.cid)).toMatchObject({ phase: 'REFUSED', code: 'EXPIRED', lock: 'LOCKED' })
    expect(moves()).toHaveLength(0)
  })

  it('is refused as of another epoch when the vehicle was started anew in between', async () => {
    const { epoch } = await us.birth(scooter)
    await agent.end('SIGKILL')
    const command = await us.command(scooter, { epoch })
    await us.send(scooter, command)
    agent = startAgent(state.directory, broker.vehicleUrl, slowLock)
    expect(await us.ack(scooter, command.cid)).toMatchObject({ phase: 'REFUSED', code: 'EPOCH', lock: 'LOCKED' })
    expect(moves()).toHaveLength(0)
  })
})
