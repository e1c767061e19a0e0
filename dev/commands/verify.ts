import { spawnSync } from 'node:child_process'
import { projectDir } from '../files.ts'
import { test } from './test.ts'

/** `npm run verify`: what must hold before a change lands; first what takes seconds, then every test. */
export async function verify(args: string[]): Promise<number> {
  const { status } = spawnSync('npm', ['run', '--silent', 'check'], {
    cwd: projectDir,
    stdio: 'inherit',
    env: { ...process.env, DO_NOT_TRACK: '1', TURBO_TELEMETRY_DISABLED: '1' },
  })
  return status === 0 ? test(args) : 1
}
