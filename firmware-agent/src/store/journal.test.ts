import { randomUUID } from 'node:crypto'
import { appendFileSync, cpSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { type Answer, answersKept } from '../domain/command.ts'
import { openJournal } from './journal.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-journal-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const path = () => join(directory, 'vehicles.jsonl')
const fail = (error: unknown) => {
  throw error
}

const answer = (): Answer => ({
  action: 'UNLOCK',
  ack: {
    v: 1,
    cid: randomUUID(),
    deviceId: 'v-1',
    epoch: 'epoch-of-this-boot',
    seq: 1,
    phase: 'EXECUTED',
    code: null,
    lock: 'UNLOCKED',
    position: { latitude: 50.11, longitude: 8.68 },
    batteryPercent: 60,
    at: 1,
  },
})
const whereabouts = { latitude: 50.1, longitude: 8.6, batteryPercent: 44, odometer: 1_200 }

it('knows after a restart what it knew before', async () => {
  const [first, second] = [answer(), answer()]
  {
    await using journal = await openJournal(directory, fail)
    await journal.remember('v-1', 4, first)
    await journal.remember('v-2', 1, second)
    await journal.moveBolt('v-1', 'UNLOCKED')
    journal.noteWhereabouts('v-1', whereabouts)
  }
  await using journal = await openJournal(directory, fail)
  const bolt = { at: 'UNLOCKED', moves: 1 }
  expect(journal.kept('v-1')).toEqual({ memory: { counter: 4, answers: [first] }, bolt, whereabouts })
  expect(journal.kept('v-2')).toEqual({ memory: { counter: 1, answers: [second] } })
  expect(journal.kept('v-3')).toEqual({ memory: { counter: 0, answers: [] } })
})

it('has a promised line on disk when the promise ends', async () => {
  const given = answer()
  const journal = await openJournal(directory, fail)
  await journal.remember('v-1', 4, given)
  // Not closed: as after kill -9.
  const left = join(directory, 'left')
  cpSync(path(), join(left, 'vehicles.jsonl'))
  await using after = await openJournal(left, fail)
  expect(after.kept('v-1').memory.answers).toEqual([given])
  await journal[Symbol.asyncDispose]()
})

it('has one owner, until that one ends', async () => {
  {
    await using _owner = await openJournal(directory, fail)
    await expect(openJournal(directory, fail)).rejects.toThrow(directory)
  }
  await using _next = await openJournal(directory, fail)
})

it('survives a line that was torn by a crash', async () => {
  const given = answer()
  {
    await using journal = await openJournal(directory, fail)
    await journal.remember('v-1', 4, given)
  }
  appendFileSync(path(), '{"device":"v-1","counter":5,"answ')
  {
    await using journal = await openJournal(directory, fail)
    expect(journal.kept('v-1').memory.counter).toBe(4)
    await journal.moveBolt('v-1', 'UNLOCKED')
  }
  await using journal = await openJournal(directory, fail)
  expect(journal.kept('v-1')).toMatchObject({ memory: { counter: 4 }, bolt: { at: 'UNLOCKED', moves: 1 } })
})

it('does not grow without end, and loses nothing in becoming small', async () => {
  {
    await using journal = await openJournal(directory, fail, 50_000)
    for (let counter = 1; counter <= 300; counter += 1) await journal.remember('v-1', counter, answer())
    await journal.moveBolt('v-2', 'UNLOCKED')
    expect(statSync(path()).size).toBeLessThan(60_000)
  }
  await using journal = await openJournal(directory, fail)
  expect(journal.kept('v-1').memory.counter).toBe(300)
  expect(journal.kept('v-1').memory.answers).toHaveLength(answersKept)
  expect(journal.kept('v-2').bolt).toEqual({ at: 'UNLOCKED', moves: 1 })
})

it('is not written anew with every line when the present alone is large', async () => {
  await using journal = await openJournal(directory, fail, 5_000)
  let [file, rewritten] = [statSync(path()).ino, 0]
  for (let line = 1; line <= 200; line += 1) {
    await journal.remember(`v-${line % 20}`, line, answer())
    const { ino } = statSync(path())
    if (ino !== file) rewritten += 1
    file = ino
  }
  expect(statSync(path()).size).toBeGreaterThan(5_000)
  expect(rewritten).toBeLessThan(10)
})
