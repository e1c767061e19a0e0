import { setTimeout as delay } from 'node:timers/promises'
import { Connection, parseJson, type Sample, Telemetry, topicOf, VehicleState } from '@holdfast/contracts'
import { testBroker } from '@holdfast/dev/testing'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { distance, type Point } from '../src/simulation/geometry.ts'
import { parkingPlaces } from '../src/simulation/parking-places.ts'
import { type Agent, type House, house, provisioned, startAgent, testDevice } from './agent.ts'

const places = parkingPlaces()
const [home] = places
const { latitude = 0, longitude = 0 } = home ?? {}
const scooter = testDevice({ rides: true, latitude, longitude })
const parked = testDevice()
const nearestPlace = (point: Point) => Math.min(...places.map((place) => distance(place, point)))

let broker: Awaited<ReturnType<typeof testBroker>>
let state: ReturnType<typeof provisioned>
let agent: Agent
let us: House

const begin = (rideSeconds: string) => async () => {
  broker = await testBroker({ devices: [scooter, parked] })
  state = provisioned([scooter, parked])
  us = await house(broker.fleetUrl, broker.fleet, state.houseKey)
  agent = startAgent(state.directory, broker.vehicleUrl, { RIDE_SECONDS: rideSeconds })
  await us.birth(scooter)
}

const end = async () => {
  await agent.end('SIGTERM')
  await us[Symbol.asyncDispose]()
  await broker[Symbol.asyncDispose]()
  state[Symbol.dispose]()
}

const batches = (after = 0): readonly Telemetry[] =>
  us.heard
    .slice(after)
    .filter(({ deviceId, name }) => deviceId === scooter.deviceId && name === 'tele')
    .map(({ payload }) => Telemetry.parse(parseJson(payload)))
const samples = (after = 0): readonly Sample[] => batches(after).flatMap((batch) => batch.samples)

async function sampled(what: string, wanted: (sample: Sample) => boolean, after = 0): Promise<Sample> {
  return us.hear(what, () => samples(after).find(wanted), after)
}

const tell = async (action: 'UNLOCK' | 'LOCK', device = scooter) => {
  const command = await us.command(device, { action })
  await us.send(device, command)
  return us.ack(device, command.cid)
}

describe('a short ride', () => {
  beforeAll(begin('3'))
  afterAll(end)

  it('begins when the vehicle is unlocked and ends at a parking place, where the vehicle stays until it is locked', async () => {
    const after = us.heard.length
    expect(await tell('UNLOCK')).toMatchObject({ phase: 'EXECUTED' })
    await sampled('riding', ({ speed }) => speed > 0, after)
    const moving = us.heard.length
    const stop = await sampled('standing', ({ speed }) => speed === 0, moving)
    expect(nearestPlace(stop)).toBeLessThan(40)
    expect(stop.odometer).toBeGreaterThan(0)

    expect(await tell('LOCK')).toMatchObject({ phase: 'EXECUTED', lock: 'LOCKED' })
    const locked = await us.hear('state after locking', ({ name, deviceId, payload }) => {
      if (name !== 'state' || deviceId !== scooter.deviceId) return null
      const said = VehicleState.parse(parseJson(payload))
      return said.lock === 'LOCKED' && said.at > stop.at ? said : null
    })
    expect(distance(locked.position, stop)).toBeLessThan(1)
  })

  it('is not taken by a vehicle that does not ride', async () => {
    expect(await tell('UNLOCK', parked)).toMatchObject({ phase: 'EXECUTED', position: { latitude: parked.latitude } })
    await delay(1_000)
    expect(await tell('LOCK', parked)).toMatchObject({ phase: 'EXECUTED', position: { latitude: parked.latitude } })
  })

  it('leaves the broker with a farewell when the agent is stopped', async () => {
    const after = us.heard.length
    expect(await agent.end('SIGTERM')).toBe(0)
    const last = await us.hear(
      'farewell',
      ({ name, deviceId, payload }) => (name === 'conn' && deviceId === parked.deviceId ? payload : null),
      after,
    )
    expect(Connection.parse(parseJson(last))).toMatchObject({ online: false })
  })
})

describe('a long ride', () => {
  beforeAll(begin('60'))
  afterAll(end)

  it('cannot be ended while the wheels turn; its rider hears the beep and stops', async () => {
    await tell('UNLOCK')
    await sampled('riding', ({ speed }) => speed > 1)
    expect(await tell('LOCK')).toMatchObject({ phase: 'REFUSED', code: 'MOVING', lock: 'UNLOCKED' })
    const after = us.heard.length
    await sampled('standing', ({ speed }) => speed === 0, after)
    expect(await tell('LOCK')).toMatchObject({ phase: 'EXECUTED', lock: 'LOCKED' })
  })

  it('is reported without a gap when the broker dies on the way, the past oldest first', async () => {
    await us.client.publishAsync(
      topicOf(scooter.deviceId, 'cfg'),
      JSON.stringify({ v: 1, parkedIntervalMs: 60_000, movingIntervalMs: 1_000 }),
      { qos: 1, retain: true },
    )
    await tell('UNLOCK')
    await sampled('riding', ({ speed }) => speed > 1)
    const died = Date.now()
    await broker.kill('SIGKILL')
    await delay(3_500)
    await broker.restart()
    const back = us.heard.length
    const reborn = await us.birth(scooter, back)
    expect(reborn.epoch).toBe((await us.birth(scooter)).epoch)

    await us.hear('the past', () => batches(back).find(({ history }) => history), back)
    await sampled('riding on', ({ at }) => at > reborn.at + 1_500, back)

    const past = batches(back)
      .filter(({ history }) => history)
      .flatMap((batch) => batch.samples)
    expect(past.length).toBeGreaterThanOrEqual(3)
    expect(past[0]?.at).toBeLessThan(died + 2_500)
    expect(past.map(({ at }) => at)).toEqual(past.map(({ at }) => at).toSorted((a, b) => a - b))
    const times = samples()
      .map(({ at }) => at)
      .filter((at) => at > died - 1_000)
      .toSorted((a, b) => a - b)
    for (const [index, at] of times.entries()) if (index > 0) expect(at - (times[index - 1] ?? 0)).toBeLessThan(2_500)
  })
})
