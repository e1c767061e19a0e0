import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { testBroker } from '@holdfast/dev/testing'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Agent, type House, house, provisioned, startAgent, testDevice } from './agent.ts'

const scooter = testDevice()
const other = testDevice()
const empty = testDevice({ batteryPercent: 3 })
const devices = [scooter, other, empty]
const unknown = testDevice()

let broker: Awaited<ReturnType<typeof testBroker>>
let state: ReturnType<typeof provisioned>
let agent: Agent
let us: House

beforeAll(async () => {
  broker = await testBroker({ devices })
  state = provisioned([unknown, ...devices])
  agent = startAgent(state.directory, broker.vehicleUrl)
  us = await house(broker.fleetUrl, broker.fleet, state.houseKey)
})

afterAll(async () => {
  await agent.end('SIGTERM')
  await us[Symbol.asyncDispose]()
  await broker[Symbol.asyncDispose]()
  state[Symbol.dispose]()
})

/** How often the bolt of a vehicle has been moved, as its hardware counts. */
const moves = (deviceId: string): number =>
  readFileSync(state.journal, 'utf8')
    .split('\n')
    .filter((line) => line.includes(`"device":"${deviceId}"`) && line.includes('"bolt"')).length

describe('a vehicle and a real broker', () => {
  it('unlocks when it is told to, says so over its own signature, and carries the trace along', async () => {
    const command = await us.command(scooter)
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    await us.send(scooter, command, { trace })
    const ack = await us.ack(scooter, command.cid)
    expect(ack).toMatchObject({ phase: 'EXECUTED', code: null, lock: 'UNLOCKED', epoch: command.epoch })
    expect(ack.trace).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-/)
    expect(agent.logs()).toContain('"trace_id":"0af7651916cd43dd8448eb211c80319c"')
  })

  it('answers a repeated command with the answer it gave, and does not move the lock again', async () => {
    const command = await us.command(other)
    await us.send(other, command)
    const first = await us.ack(other, command.cid)
    const before = us.heard.length
    await us.send(other, command)
    expect(await us.ack(other, command.cid, undefined, before)).toEqual({ ...first, trace: expect.anything() })
    expect(moves(other.deviceId)).toBe(1)
  })

  it.each([
    ['EXPIRED', { expiresAt: Date.now() - 1 }],
    ['NOT_YET_VALID', { issuedAt: Date.now() + 120_000, expiresAt: Date.now() + 180_000 }],
    ['REPLAY', { counter: 1 }],
    ['EPOCH', { epoch: 'another-boot-of-it' }],
    ['WRONG_VEHICLE', { deviceId: scooter.deviceId }],
  ])('refuses with %s and stays as it is', async (code, given) => {
    const before = moves(other.deviceId)
    const command = await us.command(other, given)
    await us.send(other, command)
    expect(await us.ack(other, command.cid)).toMatchObject({ phase: 'REFUSED', code })
    expect(moves(other.deviceId)).toBe(before)
  })

  it('refuses a command that the house has not signed', async () => {
    const before = us.heard.length
    const stranger = generateKeyPairSync('ed25519').privateKey
    await us.send(other, await us.command(other), { signedBy: stranger })
    expect(await us.ack(other, null, undefined, before)).toMatchObject({ phase: 'REFUSED', code: 'BAD_SIGNATURE' })
  })

  it('does not open with an empty battery', async () => {
    const command = await us.command(empty)
    await us.send(empty, command)
    expect(await us.ack(empty, command.cid)).toMatchObject({ phase: 'REFUSED', code: 'LOW_BATTERY', lock: 'LOCKED' })
    expect(moves(empty.deviceId)).toBe(0)
  })

  it('does not carry along what is no trace', async () => {
    const command = await us.command(other, { deviceId: scooter.deviceId })
    await us.send(other, command, { trace: 'x'.repeat(10_000) })
    expect((await us.ack(other, command.cid)).trace ?? '').not.toContain('x')
  })

  it('is not taken over by a second agent', async () => {
    const second = startAgent(state.directory, broker.vehicleUrl)
    expect(await second.exited).toBe(1)
    expect(second.logs()).toContain('another agent has it')
    const command = await us.command(scooter, { action: 'LOCK' })
    await us.send(scooter, command)
    expect(await us.ack(scooter, command.cid)).toMatchObject({ phase: 'EXECUTED' })
  })

  it('works for the others when the broker does not know one of them, and says which', () => {
    const complaints = agent
      .logs()
      .split('\n')
      .filter((line) => line.includes('not connected'))
    expect(complaints.length).toBeGreaterThan(0)
    for (const line of complaints) expect(JSON.parse(line)).toMatchObject({ deviceId: unknown.deviceId })
  })
})
