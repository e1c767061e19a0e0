import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Connection, parseJson, type Sample, Telemetry, topicOf, VehicleState } from '@holdfast/contracts'
import { testBroker } from '@holdfast/dev/testing'
import { type Point, parkingPlaces } from '@holdfast/frankfurt-map'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Agent, provisioned, startAgent, testDevice } from '../../../firmware-agent/test/agent-process.ts'
import { type TestServer, testServer } from '../../../firmware-agent/test/server.ts'
import { distance } from '../src/streets/geometry.ts'

const simulator = join(import.meta.dirname, '../src/main.ts')
const places = parkingPlaces()
const [home] = places
const { latitude = 0, longitude = 0 } = home ?? {}
const scooter = testDevice({ rides: true, latitude, longitude })
const parked = testDevice()
const nearestPlace = (point: Point) => Math.min(...places.map((place) => distance(place, point)))

let broker: Awaited<ReturnType<typeof testBroker>>
let state: ReturnType<typeof provisioned>
let agent: Agent
let server: TestServer

const begin = (rideSeconds: string) => async () => {
  broker = await testBroker({ devices: [scooter, parked] })
  state = provisioned([scooter, parked])
  server = await testServer(broker.fleetUrl, broker.fleet, state.serverKey)
  agent = startAgent(state.directory, broker.vehicleUrl, { RIDE_SECONDS: rideSeconds }, simulator)
  await server.birth(scooter)
}

const end = async () => {
  await agent.end('SIGTERM')
  await server[Symbol.asyncDispose]()
  await broker[Symbol.asyncDispose]()
  state[Symbol.dispose]()
}

const batches = (after = 0): readonly Telemetry[] =>
  server.received
    .slice(after)
    .filter(({ deviceId, name }) => deviceId === scooter.deviceId && name === 'tele')
    .map(({ payload }) => Telemetry.parse(parseJson(payload)))
const samples = (after = 0): readonly Sample[] => batches(after).flatMap((batch) => batch.samples)

async function sampled(what: string, matches: (sample: Sample) => boolean, after = 0): Promise<Sample> {
  return server.waitFor(what, () => samples(after).find(matches), after)
}

const command = async (action: 'UNLOCK' | 'LOCK', device = scooter) => {
  const given = await server.command(device, { action })
  await server.send(device, given)
  return server.ack(device, given.cid)
}

describe('a short ride', () => {
  beforeAll(begin('3'))
  afterAll(end)

  it('begins when the vehicle is unlocked and ends at a parking place, where the vehicle stays until it is locked', async () => {
    const after = server.received.length
    expect(await command('UNLOCK')).toMatchObject({ phase: 'EXECUTED' })
    await sampled('riding', ({ speed }) => speed > 0, after)
    const moving = server.received.length
    const stop = await sampled('standing', ({ speed }) => speed === 0, moving)
    expect(nearestPlace(stop)).toBeLessThan(40)
    expect(stop.odometer).toBeGreaterThan(0)

    expect(await command('LOCK')).toMatchObject({ phase: 'EXECUTED', lock: 'LOCKED' })
    const locked = await server.waitFor('state after locking', ({ name, deviceId, payload }) => {
      if (name !== 'state' || deviceId !== scooter.deviceId) return null
      const state = VehicleState.parse(parseJson(payload))
      return state.lock === 'LOCKED' && state.at > stop.at ? state : null
    })
    expect(distance(locked.position, stop)).toBeLessThan(1)
  })

  it('is not begun by a vehicle that is not ridden', async () => {
    expect(await command('UNLOCK', parked)).toMatchObject({
      phase: 'EXECUTED',
      position: { latitude: parked.latitude },
    })
    await delay(1_000)
    expect(await command('LOCK', parked)).toMatchObject({ phase: 'EXECUTED', position: { latitude: parked.latitude } })
  })

  it('announces that the vehicles leave when the simulator is stopped', async () => {
    const after = server.received.length
    expect(await agent.end('SIGTERM')).toBe(0)
    const last = await server.waitFor(
      'announcement',
      ({ name, deviceId, payload }) => (name === 'conn' && deviceId === parked.deviceId ? payload : null),
      after,
    )
    expect(Connection.parse(parseJson(last))).toMatchObject({ online: false })
  })
})

describe('a long ride', () => {
  beforeAll(begin('60'))
  afterAll(end)

  it('cannot be ended while the wheels turn; the rider is asked to stop by a beep, and stops', async () => {
    await command('UNLOCK')
    await sampled('riding', ({ speed }) => speed > 1)
    expect(await command('LOCK')).toMatchObject({ phase: 'REFUSED', code: 'MOVING', lock: 'UNLOCKED' })
    const after = server.received.length
    await sampled('standing', ({ speed }) => speed === 0, after)
    expect(await command('LOCK')).toMatchObject({ phase: 'EXECUTED', lock: 'LOCKED' })
  })

  it('is reported without a gap when the broker dies on the way, with the history oldest first', async () => {
    await server.client.publishAsync(
      topicOf(scooter.deviceId, 'cfg'),
      JSON.stringify({ v: 1, parkedIntervalMs: 60_000, movingIntervalMs: 1_000 }),
      { qos: 1, retain: true },
    )
    await command('UNLOCK')
    await sampled('riding', ({ speed }) => speed > 1)
    const died = Date.now()
    await broker.kill()
    await delay(3_500)
    await broker.restart()
    const back = server.received.length
    const birth = await server.birth(scooter, back)
    expect(birth.epoch).toBe((await server.birth(scooter)).epoch)

    await server.waitFor('history', () => batches(back).find(({ history }) => history), back)
    await sampled('riding on', ({ at }) => at > birth.at + 1_500, back)

    const sentLater = batches(back)
      .filter(({ history }) => history)
      .flatMap((batch) => batch.samples)
    expect(sentLater.length).toBeGreaterThanOrEqual(3)
    expect(sentLater[0]?.at).toBeLessThan(died + 2_500)
    expect(sentLater.map(({ at }) => at)).toEqual(sentLater.map(({ at }) => at).toSorted((a, b) => a - b))
    const times = samples()
      .map(({ at }) => at)
      .filter((at) => at > died - 1_000)
      .toSorted((a, b) => a - b)
    for (const [index, at] of times.entries()) if (index > 0) expect(at - (times[index - 1] ?? 0)).toBeLessThan(2_500)
  })
})
