import { existsSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { holderOf } from './lock.ts'
import { descendants, isAlive } from './pids.ts'

export const runDir = (dataDir: string) => join(dataDir, 'run')
/** Held by whoever uses the data folder. */
export const lockOf = (dataDir: string) => join(runDir(dataDir), 'stack.lock')
export const pidFileOf = (dataDir: string, name: string) => join(runDir(dataDir), `${name}.pid`)

/** Ends what a start that was itself killed left running, and returns its names. Only for who holds the data folder's
 * lock. A pid file counts only with the time its process began, so a stranger who got the pid since is never touched. */
export async function clearLeftovers(dataDir: string): Promise<string[]> {
  if (!existsSync(runDir(dataDir))) return []
  const cleared: string[] = []
  for (const file of readdirSync(runDir(dataDir)).filter((name) => name.endsWith('.pid'))) {
    const path = join(runDir(dataDir), file)
    const left = holderOf(path)
    if (left !== undefined) {
      // SIGKILL, since everything here survives it and nobody is left to wait for a graceful end.
      const family = [left.pid, ...descendants(left.pid)]
      for (const pid of family) kill(pid)
      for (let waits = 0; family.some(isAlive); waits++) {
        if (waits === 200)
          throw new Error(`Process ${left.pid} (${basename(file, '.pid')}) of an earlier start does not end.`)
        await sleep(25)
      }
      cleared.push(basename(file, '.pid'))
    }
    rmSync(path, { force: true })
  }
  return cleared
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself in between.
  }
}
