import { globSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pidFileOf, runDir } from '../files.ts'
import { CannotStart, messages } from '../messages.ts'
import { holderOf } from './process-mutex.ts'
import { descendants, isAlive, sendSignal, startTimeOf } from './process-table.ts'

/** Ends the processes that an earlier, killed run left running on a data folder, and returns their names. Call it only
 * while holding the folder's mutex. A pid file names a process by pid and start time, so that a process that was given
 * the same pid later is never touched. */
export async function endLeftovers(dataDir: string): Promise<string[]> {
  const names = globSync('*.pid', { cwd: runDir(dataDir) }).map((file) => basename(file, '.pid'))
  const leftovers = names.flatMap((name) => {
    const holder = holderOf(pidFileOf(dataDir, name))
    return holder === undefined ? [] : [{ name, pids: [holder.pid, ...descendants(holder.pid)] }]
  })
  // SIGKILL, because all of them survive it and nobody waits for a graceful end.
  const pids = leftovers.flatMap((each) => each.pids)
  for (const pid of pids) sendSignal(pid, 'SIGKILL')
  const deadline = Date.now() + 5_000
  // Also until init has reaped them: Postgres takes a process that is dead but still listed for a living one.
  while (pids.some((pid) => startTimeOf(pid) !== undefined) && Date.now() < deadline) await sleep(25)
  const remaining = leftovers.filter((each) => each.pids.some(isAlive))
  if (remaining.length > 0) {
    throw new CannotStart(messages.leftoversRemain(remaining.map(({ name, pids: [pid] }) => `${name} (${pid})`)))
  }
  for (const name of names) rmSync(pidFileOf(dataDir, name), { force: true })
  return leftovers.map(({ name }) => name)
}
