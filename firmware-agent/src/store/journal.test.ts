import { randomUUID } from 'node:crypto'
import { appendFileSync, cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { noSavedCommands, type SavedCommand, savedCommandsLimit, withCommand } from '../domain/saved-commands.ts'
import { openJournal } from './journal.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-journal-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const path = () => join(directory, 'commands.sqlite')

const command = (): SavedCommand => ({
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

it('has after a restart what was saved before', () => {
  const [first, second] = [command(), command()]
  {
    using journal = openJournal(directory)
    journal.save('v-1', { counter: 4, commands: [first] })
    journal.save('v-2', { counter: 1, commands: [second] })
  }
  using journal = openJournal(directory)
  expect(journal.load('v-1')).toEqual({ counter: 4, commands: [first] })
  expect(journal.load('v-2')).toEqual({ counter: 1, commands: [second] })
  expect(journal.load('v-3')).toBeUndefined()
})

it('has on disk what was saved', () => {
  const given = command()
  using journal = openJournal(directory)
  journal.save('v-1', { counter: 4, commands: [given] })
  // Not closed: as after kill -9.
  const copy = join(directory, 'copy')
  for (const name of readdirSync(directory)) cpSync(join(directory, name), join(copy, name))
  using after = openJournal(copy)
  expect(after.load('v-1')?.commands).toEqual([given])
})

it('has one owner, until that one ends', () => {
  {
    using _owner = openJournal(directory)
    expect(() => openJournal(directory)).toThrow(directory)
  }
  using _next = openJournal(directory)
})

it('survives a write that was torn by a crash', () => {
  const given = command()
  const copy = join(directory, 'copy')
  {
    using journal = openJournal(directory)
    journal.save('v-1', { counter: 4, commands: [given] })
    for (const name of readdirSync(directory)) cpSync(join(directory, name), join(copy, name))
  }
  appendFileSync(join(copy, 'commands.sqlite-wal'), '{"counter":5,"comm')
  {
    using journal = openJournal(copy)
    expect(journal.load('v-1')?.counter).toBe(4)
    journal.save('v-2', { counter: 1, commands: [given] })
  }
  using journal = openJournal(copy)
  expect(journal.load('v-1')?.counter).toBe(4)
  expect(journal.load('v-2')?.counter).toBe(1)
})

it('does not grow without end', () => {
  {
    using journal = openJournal(directory)
    let saved = noSavedCommands
    for (let counter = 1; counter <= 300; counter += 1) {
      saved = withCommand(saved, counter, command())
      journal.save('v-1', saved)
    }
    // SQLite moves its write-ahead log into the database after a thousand pages of 4 kB, and begins it anew.
    expect(statSync(`${path()}-wal`).size).toBeLessThan(4_500_000)
    journal.save('v-2', { counter: 1, commands: [command()] })
  }
  expect(statSync(path()).size).toBeLessThan(60_000)
  using journal = openJournal(directory)
  expect(journal.load('v-1')?.counter).toBe(300)
  expect(journal.load('v-1')?.commands).toHaveLength(savedCommandsLimit)
  expect(journal.load('v-2')?.counter).toBe(1)
})

it('writes one vehicle, not all of them, when there are many', () => {
  using journal = openJournal(directory)
  for (let vehicle = 1; vehicle <= 200; vehicle += 1)
    journal.save(`v-${vehicle}`, { counter: 1, commands: [command()] })
  const before = statSync(`${path()}-wal`).size
  for (let counter = 2; counter <= 11; counter += 1) journal.save('v-7', { counter, commands: [command()] })
  expect(statSync(`${path()}-wal`).size - before).toBeLessThan(10 * 3 * 4_200)
})
