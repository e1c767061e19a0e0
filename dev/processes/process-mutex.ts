import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { isAlive, startTimeOf } from './process-table.ts'

/** A process as a file names it; see `startTimeOf` for why the pid alone is not enough. */
export type Holder = { pid: number; startedAt: string }

/** Takes the mutex for this process. Returns its holder if that is another one. A mutex whose process has ended is free. */
export function acquireMutex(path: string): Holder | undefined {
  const own = `${path}.${process.pid}`
  try {
    for (;;) {
      const holder = holderOf(path)
      if (holder !== undefined) return holder
      try {
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(own, JSON.stringify({ pid: process.pid, startedAt: startTimeOf(process.pid) }), { mode: 0o600 })
        // A link appears with its content: nobody takes a file that is still empty for a stale one.
        linkSync(own, path)
        return undefined
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === 'EEXIST') discardStale(path)
        // Another process has removed the folder in between.
        else if (code !== 'ENOENT') throw error
      }
    }
  } finally {
    rmSync(own, { force: true })
  }
}

export const releaseMutex = (path: string): void => rmSync(path, { force: true })

/** The living process that a mutex or pid file names. */
export function holderOf(path: string): Holder | undefined {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as Holder
    return isAlive(holder.pid) && startTimeOf(holder.pid) === holder.startedAt ? holder : undefined
  } catch {
    return undefined
  }
}

function discardStale(path: string): void {
  const aside = `${path}.stale.${process.pid}`
  try {
    // Renaming is atomic: of two processes that find the same stale file, one gets it and the other looks again.
    renameSync(path, aside)
    // The file may have been replaced since it was read.
    if (holderOf(aside) !== undefined) linkSync(aside, path)
  } catch {
    // Another process was faster, with the file or with the whole folder.
  } finally {
    rmSync(aside, { force: true })
  }
}
