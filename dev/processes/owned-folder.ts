import { chmodSync, existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { mutexFileOf, pidFileOf, runDir } from '../files.ts'
import { CannotStart, messages } from '../messages.ts'
import { acquireMutex, holderOf } from './process-mutex.ts'
import { descendants, isAlive, sendSignal, startTimeOf } from './process-table.ts'

/** A new folder in `parent` that belongs to this process: when the process is killed, `removeAbandonedFolders` ends what
 * it left running there and removes the folder. */
export function createOwnedFolder(parent: string, prefix: string): string {
  mkdirSync(parent, { recursive: true })
  for (;;) {
    const folder = mkdtempSync(join(parent, `${prefix}-`))
    // Another process may just have taken the folder for an abandoned one, as long as it had no owner.
    if (acquireMutex(mutexFileOf(folder)) !== undefined) continue
    // Postgres may run as another account, which must be able to enter it.
    chmodSync(folder, 0o711)
    return folder
  }
}

/** Removes the folders in `parent` whose process has ended. Safe in several processes at once. */
export async function removeAbandonedFolders(parent: string): Promise<void> {
  if (!existsSync(parent)) return
  for (const name of readdirSync(parent)) {
    const folder = join(parent, name)
    if (acquireMutex(mutexFileOf(folder)) !== undefined) continue
    await endLeftovers(folder)
    removeFolder(folder)
  }
}

/** Removes a folder whose mutex this process holds. */
export function removeFolder(folder: string): void {
  // Under another name first: while its files disappear, nobody may take it for a folder without an owner and use it.
  const removed = `${folder}.removed-by-${process.pid}`
  try {
    renameSync(folder, removed)
  } catch {
    // Another process was faster.
    return
  }
  rmSync(removed, { recursive: true, force: true, maxRetries: 5 })
}

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
