import { existsSync, rmSync } from 'node:fs'
import { clearLeftovers, lockOf } from './leftovers.ts'
import { releaseLock, takeLock } from './lock.ts'
import { dataDir } from './places.ts'

/** `npm run reset`: forgets everything, unless it runs. A database given by DATABASE_URL is not touched. */
export async function reset(): Promise<number> {
  if (!existsSync(dataDir)) {
    console.log('There is nothing to reset.')
    return 0
  }
  const lock = lockOf(dataDir)
  const holder = takeLock(lock)
  if (holder !== undefined) {
    console.error(`Holdfast runs, as process ${holder.pid}; stop it first. Nothing was deleted.`)
    return 1
  }
  try {
    await clearLeftovers(dataDir)
    rmSync(dataDir, { recursive: true })
  } finally {
    releaseLock(lock)
  }
  console.log(`Deleted ${dataDir}.`)
  return 0
}
