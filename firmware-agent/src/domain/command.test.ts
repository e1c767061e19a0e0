// biome-ignore lint/style/noRestrictedImports: a test needs keys to sign with
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { type Command, signEnvelope } from '@holdfast/contracts'
import { describe, expect, it } from '@jest/globals'
import { clockTolerance, decide, type Situation, type Step, settle } from './command.ts'
import {
  afterReboot,
  interruptedCommand,
  noSavedCommands,
  type SavedCommand,
  savedCommandsLimit,
  withCommand,
} from './saved-commands.ts'

const server = generateKeyPairSync('ed25519')
const stranger = generateKeyPairSync('ed25519')
const now = 1_763_650_000_000
const epoch = 'epoch-of-this-boot'

const standing = { lock: 'LOCKED', latitude: 50.11, longitude: 8.68, speed: 0, batteryPercent: 60 } as const
const situation: Situation = {
  deviceId: 'v-1',
  epoch,
  seq: 7,
  now,
  saved: { counter: 10, commands: [] },
  condition: standing,
  lowBattery: 8,
  keyById: (kid) => (kid === 'k1' ? server.publicKey : undefined),
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
const signed = (message: unknown, kid = 'k1', key = server.privateKey) => signEnvelope('command', message, kid, key)
const does = (steps: readonly Step[]) => steps.map((step) => step.do)
const lastAck = (steps: readonly Step[]) => steps.flatMap((step) => (step.do === 'ack' ? [step.ack] : [])).at(-1)

describe('a command that is in order', () => {
  it('is saved before it is acknowledged, and acknowledged before anything moves', () => {
    const steps = decide(signed(command()), situation)
    expect(does(steps)).toEqual(['save', 'ack', 'moveLock', 'settle'])
    expect(steps[0]).toMatchObject({ counter: 11, command: { action: 'UNLOCK', ack: { phase: 'ACCEPTED' } } })
    expect(steps[2]).toEqual({ do: 'moveLock', to: 'UNLOCKED' })
  })

  it('locks when the action is LOCK', () => {
    expect(decide(signed(command({ action: 'LOCK' })), situation)).toContainEqual({ do: 'moveLock', to: 'LOCKED' })
  })

  it.each([
    ['a clock as far behind as is tolerated', { issuedAt: now + clockTolerance }],
    ['its last millisecond', { expiresAt: now + 1 }],
  ])('is carried out with %s', (_, given) => {
    expect(does(decide(signed(command(given)), situation))).toContain('moveLock')
  })
})

describe('a refusal that changes nothing', () => {
  const broken = signed(command())
  broken[broken.length - 20] = (broken[broken.length - 20] ?? 0) ^ 1

  it.each<[string, string, Uint8Array, Partial<Situation>]>([
    ['MALFORMED', 'more bytes than a command has', Buffer.alloc(7_000, 32), {}],
    ['MALFORMED', 'no envelope', Buffer.from('unlock, please'), {}],
    ['MALFORMED', 'no bytes', Buffer.alloc(0), {}],
    ['MALFORMED', 'something other than a command in the envelope', signed({ please: 'unlock' }), {}],
    ['MALFORMED', 'an unknown field in the command', signed({ ...command(), force: true }), {}],
    ['UNKNOWN_KEY', 'a key that is not known', signed(command(), 'k2'), {}],
    ['BAD_SIGNATURE', 'the signature of somebody else', signed(command(), 'k1', stranger.privateKey), {}],
    ['BAD_SIGNATURE', 'a changed byte', broken, {}],
    ['BAD_SIGNATURE', 'an ack in the place of a command', signEnvelope('ack', command(), 'k1', server.privateKey), {}],
    ['WRONG_VEHICLE', 'another vehicle', signed(command({ deviceId: 'v-2' })), {}],
    ['EPOCH', 'another boot', signed(command({ epoch: 'epoch-before-it' })), {}],
    ['EXPIRED', 'the moment of its end', signed(command({ expiresAt: now })), {}],
    ['NOT_YET_VALID', 'a future beyond tolerance', signed(command({ issuedAt: now + clockTolerance + 1 })), {}],
    ['REPLAY', 'the counter of the last command', signed(command({ counter: 10 })), {}],
    ['REPLAY', 'an older counter', signed(command({ counter: 1 })), {}],
  ])('%s: %s', (code, _, bytes, given) => {
    const steps = decide(bytes, { ...situation, ...given })
    expect(does(steps)).toEqual(['ack'])
    expect(lastAck(steps)).toMatchObject({ phase: 'REFUSED', code, lock: 'LOCKED', seq: 7, epoch, at: now })
  })

  it('names the command id only when the server has signed it', () => {
    const given = command({ deviceId: 'v-2' })
    expect(lastAck(decide(signed(given), situation))?.cid).toBe(given.cid)
    expect(lastAck(decide(signed(given, 'k1', stranger.privateKey), situation))?.cid).toBeNull()
  })

  it('names the first fault in the order of the checks', () => {
    const everything = { deviceId: 'v-2', epoch: 'epoch-before-it', expiresAt: now - 1, issuedAt: now - 2, counter: 1 }
    const code = (given: Partial<Command>) => lastAck(decide(signed(command(given)), situation))?.code
    expect(code(everything)).toBe('WRONG_VEHICLE')
    expect(code({ ...everything, deviceId: 'v-1' })).toBe('EPOCH')
    expect(code({ ...everything, deviceId: 'v-1', epoch })).toBe('EXPIRED')
    expect(code({ deviceId: 'v-1', epoch, counter: 1 })).toBe('REPLAY')
  })
})

describe('an interlock', () => {
  it('does not lock a moving vehicle, saves that, and beeps', () => {
    const moving = { ...situation, condition: { ...standing, lock: 'UNLOCKED' as const, speed: 0.1 } }
    const steps = decide(signed(command({ action: 'LOCK' })), moving)
    expect(does(steps)).toEqual(['save', 'ack', 'beep'])
    expect(lastAck(steps)).toMatchObject({ phase: 'REFUSED', code: 'MOVING', lock: 'UNLOCKED' })
  })

  it('does not unlock with a low battery, but locks', () => {
    const low = { ...situation, condition: { ...standing, batteryPercent: 7 } }
    const steps = decide(signed(command()), low)
    expect(does(steps)).toEqual(['save', 'ack'])
    expect(lastAck(steps)).toMatchObject({ phase: 'REFUSED', code: 'LOW_BATTERY' })
    expect(does(decide(signed(command({ action: 'LOCK' })), low))).toContain('moveLock')
    expect(does(decide(signed(command()), { ...low, lowBattery: 7 }))).toContain('moveLock')
  })
})

/** What is saved after the steps, and the last command in it. */
function after(steps: readonly Step[], before = situation.saved) {
  let saved = before
  for (const step of steps) if (step.do === 'save') saved = withCommand(saved, step.counter, step.command)
  const command = saved.commands.at(-1)
  if (!command) throw new Error('nothing was saved')
  return { saved, command }
}

describe('what the sensor shows afterwards', () => {
  const accepted = after(decide(signed(command()), situation))
  const later = { ...situation, seq: 8, now: now + 40, saved: accepted.saved }

  it('decides whether the command was executed', () => {
    const steps = settle(accepted.command, 'UNLOCKED', later)
    expect(does(steps)).toEqual(['save', 'ack', 'report'])
    expect(lastAck(steps)).toMatchObject({ phase: 'EXECUTED', code: null, lock: 'UNLOCKED', seq: 8, at: now + 40 })
    expect(steps.at(-1)).toEqual({ do: 'report', event: 'LOCK_OPENED' })
  })

  it.each(['LOCKED', undefined] as const)('decides whether the lock is jammed: %s', (sensed) => {
    const steps = settle(accepted.command, sensed, later)
    expect(does(steps)).toEqual(['save', 'ack'])
    expect(lastAck(steps)).toMatchObject({ phase: 'REFUSED', code: 'JAMMED', lock: 'LOCKED' })
  })
})

describe('a repeated command', () => {
  const first = command()
  const accepted = after(decide(signed(first), situation))
  const settled = after(settle(accepted.command, 'UNLOCKED', { ...situation, saved: accepted.saved }), accepted.saved)

  it.each<[string, Partial<Situation>]>([
    ['at once', {}],
    ['after its time', { now: now + 3_600_000 }],
    ['after another boot', { epoch: 'epoch-after-it', saved: afterReboot(settled.saved) }],
    ['after others', { saved: { ...settled.saved, counter: 99 } }],
  ])('gets the same ack again and moves nothing: %s', (_, given) => {
    const steps = decide(signed(first), { ...situation, saved: settled.saved, ...given })
    expect(steps).toEqual([{ do: 'ack', ack: settled.command.ack }])
  })

  it('gets the same refusal again, also when its reason is gone', () => {
    const lock = command({ action: 'LOCK' })
    const moving = { ...situation, condition: { ...standing, lock: 'UNLOCKED' as const, speed: 5 } }
    const refused = after(decide(signed(lock), moving))
    const again = decide(signed(lock), { ...situation, saved: refused.saved })
    expect(again).toEqual([{ do: 'ack', ack: refused.command.ack }])
  })

  it('with a new id is a replay', () => {
    const again = decide(signed({ ...first, cid: randomUUID() }), { ...situation, saved: settled.saved })
    expect(lastAck(again)).toMatchObject({ phase: 'REFUSED', code: 'REPLAY' })
  })
})

describe('what is saved', () => {
  const commandOf = (given: Command): SavedCommand => after(decide(signed(given), situation)).command

  it('shows the command that a crash has interrupted, until it is settled', () => {
    const accepted = after(decide(signed(command()), situation))
    const found = interruptedCommand(afterReboot(accepted.saved))
    expect(found).toEqual(accepted.command)
    const settled = after(settle(accepted.command, 'LOCKED', situation), accepted.saved)
    expect(interruptedCommand(settled.saved)).toBeUndefined()
  })

  it('is the newest acks, one per command', () => {
    let saved = noSavedCommands
    const commands = Array.from({ length: savedCommandsLimit + 5 }, () => command())
    for (const [index, each] of commands.entries()) saved = withCommand(saved, index + 1, commandOf(each))
    expect(saved.commands.map(({ ack }) => ack.cid)).toEqual(commands.slice(5).map(({ cid }) => cid))
    expect(saved.counter).toBe(commands.length)
    const [oldest] = saved.commands
    if (!oldest) throw new Error('nothing was saved')
    expect(withCommand(saved, 50, oldest).commands).toHaveLength(savedCommandsLimit)
  })

  it('counts from 0 again after each boot, and keeps the acks', () => {
    const { saved } = after(decide(signed(command()), situation))
    expect(afterReboot(saved)).toEqual({ counter: 0, commands: saved.commands })
  })
})
