import { expect, it } from '@jest/globals'
import { createKeyedQueue } from './keyed-queue.ts'

/** Jobs that end when the test says so. */
function controlledJobs() {
  const started: string[] = []
  const ends = new Map<string, () => void>()
  const job = (name: string) => () =>
    new Promise<void>((resolve) => {
      started.push(name)
      ends.set(name, resolve)
    })
  const end = async (name: string) => {
    ends.get(name)?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { started, job, end }
}

it('runs the jobs of one key in order, and those of different keys at the same time', async () => {
  const { started, job, end } = controlledJobs()
  const queue = createKeyedQueue(2, 8)
  for (const [key, name] of [
    ['a', 'a1'],
    ['a', 'a2'],
    ['b', 'b1'],
  ] as const)
    queue.push(key, job(name))
  expect(started).toEqual(['a1', 'b1'])
  await end('a1')
  expect(started).toEqual(['a1', 'b1', 'a2'])
})

it('runs no more jobs at a time than its width', async () => {
  const { started, job, end } = controlledJobs()
  const queue = createKeyedQueue(2, 8)
  for (const key of ['a', 'b', 'c']) queue.push(key, job(key))
  expect(started).toEqual(['a', 'b'])
  await end('b')
  expect(started).toEqual(['a', 'b', 'c'])
})

it('takes no more jobs of a key than its depth, and is idle when all have ended', async () => {
  const { job, end } = controlledJobs()
  const queue = createKeyedQueue(1, 2)
  expect([queue.push('a', job('a1')), queue.push('a', job('a2')), queue.push('a', job('a3'))]).toEqual([
    true,
    true,
    false,
  ])
  await end('a1')
  await end('a2')
  await queue.idle()
  expect(queue.push('a', job('a4'))).toBe(true)
})
