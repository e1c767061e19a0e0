import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { isAlive, startTimeOf } from './process-table.ts'

/** A process as a file names it; see `startTimeOf` for why the pid alone is not enough. */
export type Holder = { pid: number; startedAt: string }

/** Takes the mutex for this process. Returns its holder if that is a living process. */
export function acquireMutex(path: string): Holder | undefined {
  const own = `${path}.${process.pid}`
  const self: Holder = { pid: process.pid, startedAt: startTimeOf(process.pid) ?? '' }
  try {
    for (;;) {
      const found = read(path)
      if (typeof found === 'object') return found
      const acquired = unlessRaced(() => {
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(own, JSON.stringify(self), { mode: 0o600 })
        if (found === 'stale') return replaceStale(own, path)
        // Unlike a file that is created and then written, a link is never seen empty.
        linkSync(own, path)
        return true
      })
      if (acquired) return undefined
    }
  } finally {
    rmSync(own, { force: true })
  }
}

export const releaseMutex = (path: string): void => rmSync(path, { force: true })

/** The living process that a mutex or pid file names. */
export function holderOf(path: string): Holder | undefined {
  const found = read(path)
  return typeof found === 'object' ? found : undefined
}

/** Stale: its process has ended. */
function read(path: string): Holder | 'stale' | 'absent' {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as Holder
    return isAlive(holder.pid) && startTimeOf(holder.pid) === holder.startedAt ? holder : 'stale'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'absent' : 'stale'
  }
}

/** Of several processes that find the same stale file, one has the claim to replace it, and so it cannot change meanwhile. */
function replaceStale(own: string, path: string): boolean {
  const claim = `${path}.claim`
  if (read(claim) === 'stale') rmSync(claim, { force: true })
  linkSync(own, claim)
  try {
    if (read(path) !== 'stale') return false
    renameSync(own, path)
    return true
  } finally {
    rmSync(claim, { force: true })
  }
}

/** False when another process was faster, with the file or with the whole folder. */
function unlessRaced(act: () => boolean): boolean {
  try {
    return act()
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' || code === 'ENOENT') return false
    throw error
  }
}
