import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mutexFileOf } from '../files.ts'
import { acquireMutex, holderOf, releaseMutex } from '../processes/process-mutex.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the mutex of a data folder', () => {
  it('is refused while its holder lives, and says who that is', () => {
    expect(acquireMutex(mutexFileOf(folder))).toBeUndefined()
    expect(acquireMutex(mutexFileOf(folder))).toMatchObject({ pid: process.pid })
    releaseMutex(mutexFileOf(folder))
    expect(acquireMutex(mutexFileOf(folder))).toBeUndefined()
  })

  it('is free when its holder is gone', () => {
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    mkdirSync(join(folder, 'run'))
    writeFileSync(mutexFileOf(folder), JSON.stringify({ pid, startedAt: 'then' }))
    expect(holderOf(mutexFileOf(folder))).toBeUndefined()
    expect(acquireMutex(mutexFileOf(folder))).toBeUndefined()
    expect(holderOf(mutexFileOf(folder))).toMatchObject({ pid: process.pid })
  })
})
