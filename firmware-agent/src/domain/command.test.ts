// biome-ignore lint/style/noRestrictedImports: a test needs keys to sign with
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { type Command, seal } from '@holdfast/contracts'
import { describe, expect, it } from '@jest/globals'
import {
  type Answer,
  answersKept,
  type Circumstances,
  clockTolerance,
  interrupted,
  judge,
  nothingRemembered,
  rebooted,
  remember,
  type Step,
  settle,
} from './command.ts'

const house = generateKeyPairSync('ed25519')
const stranger = generateKeyPairSync('ed25519')
const now = 1_763_650_000_000
const epoch = 'epoch-of-this-boot'

const standing = { lock: 'LOCKED', latitude: 50.11, longitude: 8.68, speed: 0, batteryPercent: 60 } as const
const circumstances: Circumstances = {
  deviceId: 'v-1',
  epoch,
  seq: 7,
  now,
  memory: { counter: 10, answers: [] },
  condition: standing,
  lowBattery: 8,
  keyById: (kid) => (kid === 'k1' ? house.publicKey : undefined),
}

const command = (given: Partial<Command> = {}): Command => ({
  v: 1,
  cid: randomUUID(),
  deviceId: 'v-1',
  action: 'UNLOCK',
  bookingId: randomUUID(),
  epoch,
  counter: 11,
  issuedAt: now - 100,
  expiresAt: now + 15_000,
  ...given,
})
const sealed = (message: unknown, kid = 'k1', key = house.privateKey) => seal('command', message, kid, key)
const does = (steps: readonly Step[]) => steps.map((step) => step.do)
const lastAck = (steps: readonly Step[]) => steps.flatMap((step) => (step.do === 'answer' ? [step.ack] : [])).at(-1)

describe('a command that is in order', () => {
  it('is remembered before it is answered, and answered before anything moves', () => {
    const steps = judge(sealed(command()), circumstances)
    expect(does(steps)).toEqual(['remember', 'answer', 'drive', 'settle'])
    expect(steps[0]).toMatchObject({ counter: 11, answer: { action: 'UNLOCK', ack: { phase: 'ACCEPTED' } } })
    expect(steps[2]).toEqual({ do: 'drive', to: 'UNLOCKED' })
  })

  it('locks when it says so', () => {
    expect(judge(sealed(command({ action: 'LOCK' })), circumstances)).toContainEqual({ do: 'drive', to: 'LOCKED' })
  })

  it.each([
    ['a clock as far behind as is tolerated', { issuedAt: now + clockTolerance }],
    ['its last millisecond', { expiresAt: now + 1 }],
  ])('is carried out with %s', (_, given) => {
    expect(does(judge(sealed(command(given)), circumstances))).toContain('drive')
  })
})

describe('a refusal that changes nothing', () => {
  const broken = sealed(command())
  broken[broken.length - 20] = (broken[broken.length - 20] ?? 0) ^ 1

  it.each<[string, string, Uint8Array, Partial<Circumstances>]>([
    ['MALFORMED', 'more bytes than a command has', Buffer.alloc(7_000, 32), {}],
    ['MALFORMED', 'no envelope', Buffer.from('unlock, please'), {}],
    ['MALFORMED', 'no bytes', Buffer.alloc(0), {}],
    ['MALFORMED', 'something else in the envelope', sealed({ please: 'unlock' }), {}],
    ['MALFORMED', 'a word too many in the envelope', sealed({ ...command(), force: true }), {}],
    ['UNKNOWN_KEY', 'a key that is not known', sealed(command(), 'k2'), {}],
    ['BAD_SIGNATURE', 'the signature of somebody else', sealed(command(), 'k1', stranger.privateKey), {}],
    ['BAD_SIGNATURE', 'a changed byte', broken, {}],
    ['BAD_SIGNATURE', 'an ack in the place of a command', seal('ack', command(), 'k1', house.privateKey), {}],
    ['WRONG_VEHICLE', 'another vehicle', sealed(command({ deviceId: 'v-2' })), {}],
    ['EPOCH', 'another boot', sealed(command({ epoch: 'epoch-before-it' })), {}],
    ['EXPIRED', 'the moment of its end', sealed(command({ expiresAt: now })), {}],
    ['NOT_YET_VALID', 'a future beyond tolerance', sealed(command({ issuedAt: now + clockTolerance + 1 })), {}],
    ['REPLAY', 'the counter of the last command', sealed(command({ counter: 10 })), {}],
    ['REPLAY', 'an older counter', sealed(command({ counter: 1 })), {}],
  ])('%s: %s', (code, _, bytes, given) => {
    const steps = judge(bytes, { ...circumstances, ...given })
    expect(does(steps)).toEqual(['answer'])
    expect(lastAck(steps)).toMatchObject({ phase: 'REFUSED', code, lock: 'LOCKED', seq: 7, epoch, at: now })
  })

  it('says the command id only when the house has signed it', () => {
    const given = command({ deviceId: 'v-2' })
    expect(lastAck(judge(sealed(given), circumstances))?.cid).toBe(given.cid)
    expect(lastAck(judge(sealed(given, 'k1', stranger.privateKey), circumstances))?.cid).toBeNull()
  })

  it('names the first fault in the order of the checks', () => {
    const everything = { deviceId: 'v-2', epoch: 'epoch-before-it', expiresAt: now - 1, issuedAt: now - 2, counter: 1 }
    const code = (given: Partial<Command>) => lastAck(judge(sealed(command(given)), circumstances))?.code
    expect(code(everything)).toBe('WRONG_VEHICLE')
    expect(code({ ...everything, deviceId: 'v-1' })).toBe('EPOCH')
    expect(code({ ...everything, deviceId: 'v-1', epoch })).toBe('EXPIRED')
    expect(code({ deviceId: 'v-1', epoch, counter: 1 })).toBe('REPLAY')
  })
})

describe('an interlock', () => {
  it('does not lock a moving vehicle, remembers that, and beeps', () => {
    const moving = { ...circumstances, condition: { ...standing, lock: 'UNLOCKED' as const, speed: 0.1 } }
    const steps = judge(sealed(command({ action: 'LOCK' })), moving)
    expect(does(steps)).toEqual(['remember', 'answer', 'beep'])
    expect(lastAck(steps)).toMatchObject({ phase: 'REFUSED', code: 'MOVING', lock: 'UNLOCKED' })
  })

  it('does not open below the limit of the battery, but locks', () => {
    const low = { ...circumstances, condition: { ...standing, batteryPercent: 7 } }
    const steps = judge(sealed(command()), low)
    expect(does(steps)).toEqual(['remember', 'answer'])
    expect(lastAck(steps)).toMatchObject({ phase: 'REFUSED', code: 'LOW_BATTERY' })
    expect(does(judge(sealed(command({ action: 'LOCK' })), low))).toContain('drive')
    expect(does(judge(sealed(command()), { ...low, lowBattery: 7 }))).toContain('drive')
  })
})

/** The memory after the steps, and the last answer in it. */
function after(steps: readonly Step[], memory = circumstances.memory) {
  let now = memory
  for (const step of steps) if (step.do === 'remember') now = remember(now, step.counter, step.answer)
  const answer = now.answers.at(-1)
  if (!answer) throw new Error('nothing was remembered')
  return { memory: now, answer }
}

describe('what the sensor shows afterwards', () => {
  const accepted = after(judge(sealed(command()), circumstances))
  const later = { ...circumstances, seq: 8, now: now + 40, memory: accepted.memory }

  it('decides whether the command was executed', () => {
    const steps = settle(accepted.answer, 'UNLOCKED', later)
    expect(does(steps)).toEqual(['remember', 'answer', 'report'])
    expect(lastAck(steps)).toMatchObject({ phase: 'EXECUTED', code: null, lock: 'UNLOCKED', seq: 8, at: now + 40 })
    expect(steps.at(-1)).toEqual({ do: 'report', event: 'LOCK_OPENED' })
  })

  it.each(['LOCKED', undefined] as const)('or whether the bolt is stuck: %s', (sensed) => {
    const steps = settle(accepted.answer, sensed, later)
    expect(does(steps)).toEqual(['remember', 'answer'])
    expect(lastAck(steps)).toMatchObject({ phase: 'REFUSED', code: 'JAMMED', lock: 'LOCKED' })
  })
})

describe('a repeated command', () => {
  const first = command()
  const accepted = after(judge(sealed(first), circumstances))
  const settled = after(
    settle(accepted.answer, 'UNLOCKED', { ...circumstances, memory: accepted.memory }),
    accepted.memory,
  )

  it.each<[string, Partial<Circumstances>]>([
    ['at once', {}],
    ['after its time', { now: now + 3_600_000 }],
    ['after another boot', { epoch: 'epoch-after-it', memory: rebooted(settled.memory) }],
    ['after others', { memory: { ...settled.memory, counter: 99 } }],
  ])('gets the answer it got before and moves nothing: %s', (_, given) => {
    const steps = judge(sealed(first), { ...circumstances, memory: settled.memory, ...given })
    expect(steps).toEqual([{ do: 'answer', ack: settled.answer.ack }])
  })

  it('is answered as before when it was refused, also when the reason is gone', () => {
    const lock = command({ action: 'LOCK' })
    const moving = { ...circumstances, condition: { ...standing, lock: 'UNLOCKED' as const, speed: 5 } }
    const refused = after(judge(sealed(lock), moving))
    const again = judge(sealed(lock), { ...circumstances, memory: refused.memory })
    expect(again).toEqual([{ do: 'answer', ack: refused.answer.ack }])
  })

  it('that the house repeats under a new id is a replay', () => {
    const again = judge(sealed({ ...first, cid: randomUUID() }), { ...circumstances, memory: settled.memory })
    expect(lastAck(again)).toMatchObject({ phase: 'REFUSED', code: 'REPLAY' })
  })
})

describe('memory', () => {
  const answerTo = (given: Command): Answer => after(judge(sealed(given), circumstances)).answer

  it('knows the command that a crash has interrupted, until it is settled', () => {
    const accepted = after(judge(sealed(command()), circumstances))
    const found = interrupted(rebooted(accepted.memory))
    expect(found).toEqual(accepted.answer)
    const settled = after(settle(accepted.answer, 'LOCKED', circumstances), accepted.memory)
    expect(interrupted(settled.memory)).toBeUndefined()
  })

  it('keeps the newest answers, one per command', () => {
    let memory = nothingRemembered
    const commands = Array.from({ length: answersKept + 5 }, () => command())
    for (const [index, each] of commands.entries()) memory = remember(memory, index + 1, answerTo(each))
    expect(memory.answers.map(({ ack }) => ack.cid)).toEqual(commands.slice(5).map(({ cid }) => cid))
    expect(memory.counter).toBe(commands.length)
    const [oldest] = memory.answers
    if (!oldest) throw new Error('nothing was remembered')
    expect(remember(memory, 50, oldest).answers).toHaveLength(answersKept)
  })

  it('begins to count anew with each boot, and keeps the answers', () => {
    const { memory } = after(judge(sealed(command()), circumstances))
    expect(rebooted(memory)).toEqual({ counter: 0, answers: memory.answers })
  })
})
