import { existsSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { holderOf } from './process-mutex.ts'
import { descendants, isAlive, startTimeOf } from './process-table.ts'

export const runDir = (dataDir: string) => join(dataDir, 'run')
/** Held by whoever uses the data folder. */
export const mutexFileOf = (dataDir: string) => join(runDir(dataDir), 'stack.lock')
export const pidFileOf = (dataDir: string, name: string) => join(runDir(dataDir), `${name}.pid`)

/** Ends what a start that was itself killed left running, and returns its names. Only for who holds the data folder's
 * lock. A pid file counts only with the time its process began, so a stranger who got the pid since is never touched. */
export async function endLeftovers(dataDir: string): Promise<string[]> {
  if (!existsSync(runDir(dataDir))) return []
  const pidFiles = readdirSync(runDir(dataDir)).filter((name) => name.endsWith('.pid'))
  const left = pidFiles.flatMap((file) => {
    const holder = holderOf(join(runDir(dataDir), file))
    return holder === undefined
      ? []
      : [{ name: basename(file, '.pid'), pids: [holder.pid, ...descendants(holder.pid)] }]
  })
  // SIGKILL, since everything here survives it and nobody is left to wait for a graceful end.
  const pids = left.flatMap((each) => each.pids)
  for (const pid of pids) kill(pid)
  const deadline = Date.now() + 5_000
  // Until init has asked after it, too: Postgres takes a process that is dead but still listed for a living one.
  while (pids.some((pid) => startTimeOf(pid) !== undefined) && Date.now() < deadline) await sleep(25)
  const stubborn = left.filter((each) => each.pids.some(isAlive))
  if (stubborn.length > 0) {
    throw new Error(
      `Of an earlier start there still run: ${stubborn.map(({ name, pids: [pid] }) => `${name} (${pid})`).join(', ')}`,
    )
  }
  for (const file of pidFiles) rmSync(join(runDir(dataDir), file))
  return left.map(({ name }) => name)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself in between.
  }
}
