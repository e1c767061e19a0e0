import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { projectDir } from '../files.ts'

describe('npm start with a wrong configuration', () => {
  it('names every fault, starts nothing and fails', () => {
    const run = spawnSync(process.execPath, [join(projectDir, 'dev', 'cli.ts'), 'start', '--fleet', '0'], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], PORT: 'x', LOG_LEVEL: 'y' },
    })
    expect(run.status).toBe(1)
    expect(run.stderr).toMatch(/3 settings.*PORT.*LOG_LEVEL|3 settings.*LOG_LEVEL.*PORT/s)
    expect(run.stdout).toBe('')
  })
})
