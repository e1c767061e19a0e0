import { existsSync, rmSync } from 'node:fs'
import { dataDir, mutexFileOf } from '../files.ts'
import { CannotStart, messages } from '../messages.ts'
import { endLeftovers } from '../processes/owned-folder.ts'
import { acquireMutex, releaseMutex } from '../processes/process-mutex.ts'

/** `npm run reset`: deletes everything that `npm start` keeps, unless it runs. A database given by DATABASE_URL is not touched. */
export async function reset(): Promise<number> {
  if (!existsSync(dataDir)) {
    console.log(messages.nothingToReset)
    return 0
  }
  const mutex = mutexFileOf(dataDir)
  const holder = acquireMutex(mutex)
  if (holder !== undefined) throw new CannotStart(messages.resetWhileRunning(holder.pid))
  try {
    await endLeftovers(dataDir)
    rmSync(dataDir, { recursive: true })
  } finally {
    releaseMutex(mutex)
  }
  console.log(messages.deleted(dataDir))
  return 0
}
