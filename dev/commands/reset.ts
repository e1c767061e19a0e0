import { existsSync, rmSync } from 'node:fs'
import { dataDir } from '../files/paths.ts'
import { endLeftovers, mutexFileOf } from '../processes/leftover-processes.ts'
import { acquireMutex, releaseMutex } from '../processes/process-mutex.ts'

/** `npm run reset`: forgets everything, unless it runs. A database given by DATABASE_URL is not touched. */
export async function reset(): Promise<number> {
  if (!existsSync(dataDir)) {
    console.log('There is nothing to reset.')
    return 0
  }
  const lock = mutexFileOf(dataDir)
  const holder = acquireMutex(lock)
  if (holder !== undefined) {
    console.error(`Holdfast runs, as process ${holder.pid}; stop it first. Nothing was deleted.`)
    return 1
  }
  try {
    await endLeftovers(dataDir)
    rmSync(dataDir, { recursive: true })
  } finally {
    releaseMutex(lock)
  }
  console.log(`Deleted ${dataDir}.`)
  return 0
}
