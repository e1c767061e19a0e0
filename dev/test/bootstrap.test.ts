import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { printSteps, type Steps } from '../bootstrap/steps.mjs'
import { projectDir } from '../files.ts'

type Requirements = { unmetRequirement(platform: string, nodeVersion: string): string | undefined }
const { unmetRequirement } = (await import(join(projectDir, 'dev', 'bootstrap', 'install.mjs'))) as Requirements

describe('before anything is installed', () => {
  it('Linux and macOS with Node 20 or newer are accepted', () => {
    expect(unmetRequirement('linux', '20.0.0')).toBeUndefined()
    expect(unmetRequirement('darwin', '24.21.0')).toBeUndefined()
  })

  it('an older Node is refused in one sentence that says what to do', () => {
    expect(unmetRequirement('linux', '18.20.4')).toMatch(/needs Node 20 or newer.*18\.20\.4.*nodejs\.org/)
  })

  it('Windows is refused in one sentence that says what to do', () => {
    expect(unmetRequirement('win32', '24.21.0')).toMatch(/WSL.*docker compose up/)
  })
})

describe('steps', () => {
  const record = async (use: (steps: Steps) => Promise<void>, colours = false) => {
    const lines: string[] = []
    await use(printSteps((line) => lines.push(line), colours, 20))
    return lines
  }
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

  it('say what begins and how long it took', async () => {
    const lines = await record((steps) => steps.step('postgres', 'waiting', () => undefined))
    expect(lines).toEqual(['  … postgres: waiting', expect.stringMatching(/^ {2}✓ postgres \d\.\d s$/)])
  })

  it('say every few seconds that they last, and how far they are', async () => {
    const [, heartbeat, ...others] = await record((steps) =>
      steps
        .step(
          'packages',
          'installing',
          () => wait(50),
          () => '3 of 9',
        )
        .then(() => undefined),
    )
    expect(heartbeat).toBe('  … packages: still installing (3 of 9, 0 s)')
    expect(others.at(-1)).toMatch('✓ packages')
  })

  it('say which one failed, and throw on', async () => {
    const failing = (steps: Steps) =>
      steps.step('postgres', 'waiting', () => {
        throw new Error('no disk')
      })
    const lines: string[] = []
    await expect(failing(printSteps((line) => lines.push(line), false))).rejects.toThrow('no disk')
    expect(lines.at(-1)).toMatch('✗ postgres')
  })

  it('write no control characters into a log', async () => {
    const lines = await record((steps) => steps.step('postgres', 'waiting', () => undefined))
    const controls = [...lines.join('')].filter((character) => character < ' ')
    expect(controls).toEqual([])
    expect((await record((steps) => steps.step('x', 'y', () => undefined), true)).join()).toContain('\u001b[32m')
  })
})
