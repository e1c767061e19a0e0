import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { mutexFileOf, runDir } from '../files.ts'
import { holderOf } from '../processes/process-mutex.ts'
import type { Addresses } from './addresses.ts'

/** The file that a running stack writes its addresses to. */
export const addressesFileOf = (dataDir: string) => join(runDir(dataDir), 'stack.json')

/** The addresses of the stack that runs on this data folder; undefined if none does, or if it is not ready. */
export function runningStack(dataDir: string): Addresses | undefined {
  if (holderOf(mutexFileOf(dataDir)) === undefined) return undefined
  const file = addressesFileOf(dataDir)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Addresses) : undefined
}
