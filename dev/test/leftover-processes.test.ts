import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { pidFileOf, projectDir } from '../files.ts'
import { endLeftovers } from '../processes/owned-folder.ts'
import { isAlive } from '../processes/process-table.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('what a killed start left behind', () => {
  /** Starts a server from a process that is then killed, as `kill -9` does to `npm start`. */
  const abandon = async (): Promise<number> => {
    const script = `
      import { ManagedProcess } from ${JSON.stringify(join(projectDir, 'dev', 'processes', 'managed-process.ts'))}
      const one = new ManagedProcess({ name: 'small', command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'],
        logFile: ${JSON.stringify(join(folder, 'small.log'))}, pidFile: ${JSON.stringify(pidFileOf(folder, 'small'))}, ready: async () => {} })
      await one.start()
      console.log(one.pid)
      setInterval(() => {}, 1000)`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    const [pid] = await new Promise<string[]>((resolve) =>
      parent.stdout.once('data', (text) => resolve(String(text).split('\n'))),
    )
    parent.kill('SIGKILL')
    return Number(pid)
  }

  it('is ended by the next start', async () => {
    const pid = await abandon()
    expect(isAlive(pid)).toBe(true)
    expect(await endLeftovers(folder)).toEqual(['small'])
    expect(isAlive(pid)).toBe(false)
    expect(existsSync(pidFileOf(folder, 'small'))).toBe(false)
  })

  it('is not confused with a process that was given its pid later', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    try {
      mkdirSync(join(folder, 'run'))
      writeFileSync(pidFileOf(folder, 'small'), JSON.stringify({ pid: other.pid, startedAt: 'long ago' }))
      expect(await endLeftovers(folder)).toEqual([])
      expect(isAlive(other.pid ?? 0)).toBe(true)
    } finally {
      other.kill('SIGKILL')
    }
  })
})
