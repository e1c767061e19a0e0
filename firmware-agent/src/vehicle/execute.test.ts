import { expect, it } from '@jest/globals'
import type { Step } from '../domain/command.ts'
import type { SavedCommand } from '../domain/saved-commands.ts'
import { type Effects, execute } from './execute.ts'

const ack: SavedCommand['ack'] = {
  v: 1,
  cid: '7d444840-9dc0-41d1-b245-5ffdce74fad2',
  deviceId: 'v-1',
  epoch: 'epoch-of-this-boot',
  seq: 1,
  phase: 'ACCEPTED',
  code: null,
  lock: 'LOCKED',
  position: { latitude: 50.11, longitude: 8.68 },
  batteryPercent: 60,
  at: 1,
}
const command: SavedCommand = { action: 'UNLOCK', ack }
const steps: readonly Step[] = [
  { do: 'save', counter: 1, command },
  { do: 'ack', ack },
  { do: 'moveLock', to: 'UNLOCKED' },
  { do: 'settle', command },
]

function effects(done: string[], given: Partial<Effects> = {}): Effects {
  const slowly = async (what: string) => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    done.push(what)
  }
  const note = (what: string) => {
    done.push(what)
  }
  return {
    save: ({ counter }) => slowly(`save ${counter}`),
    ack: ({ ack: { phase } }) => note(phase),
    moveLock: ({ to }) => slowly(to),
    settle: async () => [{ do: 'report', event: 'LOCK_OPENED' }],
    report: ({ event }) => note(event),
    beep: () => note('beep'),
    ...given,
  }
}

it('does one step after the other, and then the steps that follow from one', async () => {
  const done: string[] = []
  await execute(steps, effects(done))
  expect(done).toEqual(['save 1', 'ACCEPTED', 'UNLOCKED', 'LOCK_OPENED'])
})

it('moves and acknowledges nothing when it could not save', async () => {
  const done: string[] = []
  const full = effects(done, { save: () => Promise.reject(new Error('no space left on device')) })
  await expect(execute(steps, full)).rejects.toThrow('no space left')
  expect(done).toEqual([])
})
