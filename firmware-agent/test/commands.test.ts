import { generateKeyPairSync } from 'node:crypto'
import { testBroker } from '@holdfast/dev/testing'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Agent, provisioned, startAgent, testDevice } from './agent-process.ts'
import { type TestServer, testServer } from './server.ts'

const scooter = testDevice()
const other = testDevice()
const empty = testDevice({ batteryPercent: 3 })
const devices = [scooter, other, empty]
const unknown = testDevice()

let broker: Awaited<ReturnType<typeof testBroker>>
let state: ReturnType<typeof provisioned>
let agent: Agent
let server: TestServer

beforeAll(async () => {
  broker = await testBroker({ devices })
  state = provisioned([unknown, ...devices])
  agent = startAgent(state.directory, broker.vehicleUrl)
  server = await testServer(broker.fleetUrl, broker.fleet, state.serverKey)
})

afterAll(async () => {
  await agent.end('SIGTERM')
  await server[Symbol.asyncDispose]()
  await broker[Symbol.asyncDispose]()
  state[Symbol.dispose]()
})

describe('a vehicle and a real broker', () => {
  it('unlocks on command, signs its ack, and carries the trace along', async () => {
    const command = await server.command(scooter)
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    await server.send(scooter, command, { trace })
    const ack = await server.ack(scooter, command.cid)
    expect(ack).toMatchObject({ phase: 'EXECUTED', code: null, lock: 'UNLOCKED', epoch: command.epoch })
    expect(ack.trace).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-/)
    expect(agent.logs()).toContain('"trace_id":"0af7651916cd43dd8448eb211c80319c"')
  })

  it('sends the same ack for a repeated command, and does not move the lock again', async () => {
    const command = await server.command(other)
    await server.send(other, command)
    const first = await server.ack(other, command.cid)
    const before = server.received.length
    await server.send(other, command)
    expect(await server.ack(other, command.cid, undefined, before)).toEqual({ ...first, trace: expect.anything() })
    expect(state.moves(other.deviceId)).toBe(1)
  })

  it.each([
    ['EXPIRED', { expiresAt: Date.now() - 1 }],
    ['NOT_YET_VALID', { issuedAt: Date.now() + 120_000, expiresAt: Date.now() + 180_000 }],
    ['REPLAY', { counter: 1 }],
    ['EPOCH', { epoch: 'another-boot-of-it' }],
    ['WRONG_VEHICLE', { deviceId: scooter.deviceId }],
  ])('refuses with %s and stays as it is', async (code, given) => {
    const before = state.moves(other.deviceId)
    const command = await server.command(other, given)
    await server.send(other, command)
    expect(await server.ack(other, command.cid)).toMatchObject({ phase: 'REFUSED', code })
    expect(state.moves(other.deviceId)).toBe(before)
  })

  it('refuses a command that the server has not signed', async () => {
    const before = server.received.length
    const stranger = generateKeyPairSync('ed25519').privateKey
    await server.send(other, await server.command(other), { signedBy: stranger })
    expect(await server.ack(other, null, undefined, before)).toMatchObject({ phase: 'REFUSED', code: 'BAD_SIGNATURE' })
  })

  it('does not unlock with an empty battery', async () => {
    const command = await server.command(empty)
    await server.send(empty, command)
    expect(await server.ack(empty, command.cid)).toMatchObject({
      phase: 'REFUSED',
      code: 'LOW_BATTERY',
      lock: 'LOCKED',
    })
    expect(state.moves(empty.deviceId)).toBe(0)
  })

  it('does not carry along a trace that is malformed', async () => {
    const command = await server.command(other, { deviceId: scooter.deviceId })
    await server.send(other, command, { trace: 'x'.repeat(10_000) })
    expect((await server.ack(other, command.cid)).trace ?? '').not.toContain('x')
  })

  it('is not taken over by a second agent', async () => {
    const second = startAgent(state.directory, broker.vehicleUrl)
    expect(await second.exited).toBe(1)
    expect(second.logs()).toContain('another agent has it')
    const command = await server.command(scooter, { action: 'LOCK' })
    await server.send(scooter, command)
    expect(await server.ack(scooter, command.cid)).toMatchObject({ phase: 'EXECUTED' })
  })

  it('works for the others when the broker does not know one of them, and logs which', () => {
    const warnings = agent
      .logs()
      .split('\n')
      .filter((line) => line.includes('not connected'))
    expect(warnings.length).toBeGreaterThan(0)
    for (const line of warnings) expect(JSON.parse(line)).toMatchObject({ deviceId: unknown.deviceId })
  })
})
