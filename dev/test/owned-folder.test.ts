import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mutexFileOf, projectDir } from '../files.ts'
import { createOwnedFolder, removeAbandonedFolders } from '../processes/owned-folder.ts'
import { holderOf } from '../processes/process-mutex.ts'
import { isAlive } from '../processes/process-table.ts'

let parent: string
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'holdfast-'))
})
afterEach(() => rmSync(parent, { recursive: true, force: true }))

const importing = (file: string, names: string) =>
  `import { ${names} } from ${JSON.stringify(join(projectDir, 'dev', 'processes', file))}\n`

/** Runs a script in another process; resolves with its exit code and what it wrote. */
const run = (script: string, killAtOutput = false) =>
  new Promise<{ code: number | null; output: string }>((resolve) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk
        if (killAtOutput) child.kill('SIGKILL')
      })
    child.once('close', (code) => resolve({ code, output }))
  })

describe('a folder that belongs to a process', () => {
  it('stays while the process lives', async () => {
    const folder = createOwnedFolder(parent, 'own')
    await removeAbandonedFolders(parent)
    expect(holderOf(mutexFileOf(folder))).toMatchObject({ pid: process.pid })
  })

  it('is removed when the process was killed, and what it left running is ended', async () => {
    const { output } = await run(
      `${importing('owned-folder.ts', 'createOwnedFolder')}${importing('managed-process.ts', 'ManagedProcess')}
      const folder = createOwnedFolder(${JSON.stringify(parent)}, 'killed')
      const one = new ManagedProcess({ name: 'small', command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'],
        logFile: folder + '/small.log', pidFile: folder + '/run/small.pid', ready: async () => {} })
      await one.start()
      console.log(one.pid)
      setInterval(() => {}, 1000)`,
      true,
    )
    expect(isAlive(Number(output))).toBe(true)
    await removeAbandonedFolders(parent)
    expect(isAlive(Number(output))).toBe(false)
    expect(readdirSync(parent)).toEqual([])
  })

  it('is never taken from it by other processes that create and remove such folders at the same time', async () => {
    const script = `${importing('owned-folder.ts', 'createOwnedFolder, removeAbandonedFolders, removeFolder')}
      import { existsSync } from 'node:fs'
      for (let round = 0; round < 60; round++) {
        await removeAbandonedFolders(${JSON.stringify(parent)})
        const folder = createOwnedFolder(${JSON.stringify(parent)}, 'round')
        await new Promise((resolve) => setTimeout(resolve, round % 7))
        if (!existsSync(folder + '/run/stack.lock')) throw new Error('lost ' + folder)
        // Half of them are abandoned: a mutex without a living process.
        removeFolder(round % 2 === 0 ? folder : folder + '/run/stack.lock')
      }`
    const runs = await Promise.all([1, 2, 3, 4].map(() => run(script)))
    expect(runs).toEqual(runs.map(() => ({ code: 0, output: '' })))
    await removeAbandonedFolders(parent)
    expect(existsSync(parent) && readdirSync(parent)).toEqual([])
  })
})
