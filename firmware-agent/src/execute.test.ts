import type { Ack } from '@holdfast/contracts'
import { expect, it } from '@jest/globals'
import type { Answer, Step } from './domain/command.ts'
import { execute, type Parts } from './execute.ts'

const ack: Answer['ack'] = {
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
const answer: Answer = { action: 'UNLOCK', ack }
const steps: readonly Step[] = [
  { do: 'remember', counter: 1, answer },
  { do: 'answer', ack },
  { do: 'drive', to: 'UNLOCKED' },
  { do: 'settle', answer },
]

function parts(done: string[], given: Partial<Parts> = {}): Parts {
  const slowly = async (what: string) => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    done.push(what)
  }
  return {
    remember: (counter) => slowly(`remember ${counter}`),
    answer: ({ phase }: Ack) => {
      done.push(phase)
    },
    drive: (to) => slowly(to),
    settle: async () => [{ do: 'report', event: 'LOCK_OPENED' }],
    report: (event) => {
      done.push(event)
    },
    beep: () => {
      done.push('beep')
    },
    ...given,
  }
}

it('does one step after the other, and then what a step says is next', async () => {
  const done: string[] = []
  await execute(steps, parts(done))
  expect(done).toEqual(['remember 1', 'ACCEPTED', 'UNLOCKED', 'LOCK_OPENED'])
})

it('moves and answers nothing when it could not remember', async () => {
  const done: string[] = []
  const full = parts(done, { remember: () => Promise.reject(new Error('no space left on device')) })
  await expect(execute(steps, full)).rejects.toThrow('no space left')
  expect(done).toEqual([])
})
