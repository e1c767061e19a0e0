import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import {
  parseEvent,
  parseTopic,
  signEnvelope,
  type TopicName,
  topicOf,
  topics,
  VehicleConfig,
  verifyEnvelope,
} from './index.ts'

describe('a topic', () => {
  it.each(Object.keys(topics) as TopicName[])('of %s is read back', (name) => {
    expect(parseTopic(topicOf('v-1', name))).toEqual({ deviceId: 'v-1', name })
  })

  it.each([
    'vehicles/v-1/dn/ack',
    'vehicles/v-1/up/cmd',
    'vehicles/v-1/up/toString',
    'vehicles/v-1/up/ack/more',
    'vehicles//up/ack',
    'vehicles/V 1/up/ack',
    'vehicles/+/up/ack',
    'cars/v-1/up/ack',
    '',
  ])('that is not ours is nothing: %s', (topic) => {
    expect(parseTopic(topic)).toBeNull()
  })
})

describe('a sealed message', () => {
  const key = generateKeyPairSync('ed25519')
  const keyById = () => key.publicKey
  const sealed = signEnvelope('command', { please: 'unlock' }, 'k1', key.privateKey)

  it('is opened for its purpose only', () => {
    expect(verifyEnvelope('command', sealed, keyById)).toEqual({ ok: true, payload: { please: 'unlock' } })
    expect(verifyEnvelope('ack', sealed, keyById)).toEqual({ ok: false, code: 'BAD_SIGNATURE' })
  })

  it('is not opened with any one byte changed or missing, and nothing throws', () => {
    for (const index of sealed.keys()) {
      const changed = Buffer.from(sealed)
      changed[index] = (changed[index] ?? 0) ^ 1
      const opened = verifyEnvelope('command', changed, (kid) => (kid === 'k1' ? key.publicKey : undefined))
      // The last digit of a signature carries two bits that base64 does not use.
      if (opened.ok) expect(opened.payload).toEqual({ please: 'unlock' })
      expect(verifyEnvelope('command', sealed.subarray(0, index), keyById).ok).toBe(false)
    }
  })

  it('is not found in noise', () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('null'), Buffer.from('[['.repeat(3_000)), randomBytes(500)]) {
      expect(verifyEnvelope('command', bytes, keyById)).toEqual({ ok: false, code: 'MALFORMED' })
    }
  })
})

it('a configuration cannot silence a vehicle', () => {
  expect(VehicleConfig.safeParse({ v: 1, parkedIntervalMs: 1e15, movingIntervalMs: 1_000 }).success).toBe(false)
  expect(VehicleConfig.safeParse({ v: 1, parkedIntervalMs: 900_000, movingIntervalMs: 1e15 }).success).toBe(false)
})

describe('an event', () => {
  const id = '7d444840-9dc0-41d1-b245-5ffdce74fad2'
  const event = {
    specversion: '1.0',
    id: '1',
    source: 'fleet',
    type: 'VehicleWithdrawn',
    subject: id,
    time: '2026-11-21T08:00:00.000Z',
    data: { vehicleId: id },
  }

  it('is read as it was written', () => {
    expect(parseEvent(JSON.stringify(event))).toEqual(event)
  })

  it.each([
    ['of an unknown type', { type: 'VehicleEaten' }],
    ['named like what every object has', { type: 'constructor' }],
    ['with other data', { data: { vehicleId: 'v-1' } }],
    ['with a word too many', { data: { vehicleId: id, deviceId: 'v-1' } }],
    ['without a time', { time: 'today' }],
  ])('is not one of ours: %s', (_, given) => {
    expect(() => parseEvent(JSON.stringify({ ...event, ...given }))).toThrow()
  })
})
