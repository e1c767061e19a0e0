import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { isAlive, startTimeOf } from './process-table.ts'

/** A process as a file remembers it; see `startOf` for why the pid alone would not do. */
export type Holder = { pid: number; startedAt: string }

/** Takes the lock for this process. Returns nothing when it is ours now, or else who has it. A lock whose process is gone is free. */
export function acquireMutex(path: string): Holder | undefined {
  mkdirSync(dirname(path), { recursive: true })
  for (;;) {
    const holder = holderOf(path)
    if (holder !== undefined) return holder
    try {
      writeFileSync(path, JSON.stringify({ pid: process.pid, startedAt: startTimeOf(process.pid) }), {
        flag: 'wx',
        mode: 0o600,
      })
      return undefined
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      discardStale(path)
    }
  }
}

export const releaseMutex = (path: string): void => rmSync(path, { force: true })

/** The living process a lock or pid file names, if any. */
export function holderOf(path: string): Holder | undefined {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as Holder
    return isAlive(holder.pid) && startTimeOf(holder.pid) === holder.startedAt ? holder : undefined
  } catch {
    return undefined
  }
}

function discardStale(path: string): void {
  // Renaming is atomic: of two that find the same stale lock, one gets it and the other looks again.
  const aside = `${path}.${process.pid}`
  try {
    renameSync(path, aside)
  } catch {
    return
  }
  if (holderOf(aside) === undefined) rmSync(aside)
  else renameSync(aside, path)
}
