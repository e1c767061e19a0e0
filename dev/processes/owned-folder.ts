import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { mutexFileOf } from '../files/paths.ts'
import { endLeftovers } from './leftover-processes.ts'
import { acquireMutex } from './process-mutex.ts'

/** A new folder in `parent` that belongs to this process: when the process is killed, `removeAbandonedFolders` ends what
 * it left running there and removes the folder. */
export function createOwnedFolder(parent: string, prefix: string): string {
  mkdirSync(parent, { recursive: true })
  for (;;) {
    const folder = mkdtempSync(join(parent, `${prefix}-`))
    // Postgres may run as another account, which must be able to enter it.
    chmodSync(folder, 0o711)
    // Another process may just have taken the folder for an abandoned one, as long as it had no owner.
    if (acquireMutex(mutexFileOf(folder)) === undefined) return folder
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

/** Removes it whole, also while another process looks into it. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
