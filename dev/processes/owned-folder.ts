import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { mutexFileOf } from '../files.ts'
import { endLeftovers } from './leftover-processes.ts'
import { acquireMutex } from './process-mutex.ts'

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
