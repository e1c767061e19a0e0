import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { ManagedProcess, type Program } from '../processes/managed-process.ts'
import { isAlive } from '../processes/process-table.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('a managed process', () => {
  const program = (script: string, more: Partial<Program> = {}): Program => ({
    name: 'small',
    command: process.execPath,
    args: ['-e', script],
    logFile: join(folder, 'small.log'),
    ready: async () => {
      if (!readFileSync(join(folder, 'small.log'), 'utf8').includes('up')) throw new Error('not up')
    },
    ...more,
  })

  it('that dies while starting throws its last output', async () => {
    const dying = new ManagedProcess(program("console.error('no such table'); process.exit(3)"))
    await expect(dying.start()).rejects.toThrow(/ended while starting.*no such table/s)
    expect(dying.running).toBe(false)
  })

  it('that never answers is ended', async () => {
    const silent = new ManagedProcess(program('setInterval(() => {}, 1000)', { readyTimeoutMs: 300 }))
    await expect(silent.start()).rejects.toThrow('did not answer within 0.3 s (not up)')
    expect(isAlive(silent.pid)).toBe(false)
  })

  it('that does not stop when asked is killed after its grace', async () => {
    const stubborn = new ManagedProcess(
      program("process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)", { graceMs: 200 }),
    )
    await stubborn.start()
    await stubborn.stop()
    expect(await stubborn.exited).toEqual({ code: null, signal: 'SIGKILL' })
  })

  it('stops also while paused', async () => {
    const paused = new ManagedProcess(
      program("process.on('SIGTERM', () => process.exit(7)); console.log('up'); setInterval(() => {}, 1000)"),
    )
    await paused.start()
    await paused.pause()
    await paused.stop()
    expect(await paused.exited).toEqual({ code: 7, signal: null })
  })
})
