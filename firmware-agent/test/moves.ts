import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LockState } from '@holdfast/contracts'

const fileOf = (directory: string, deviceId: string) => join(directory, `${deviceId}.moves`)

/** All moves of a vehicle's lock; the last one is where it is now. They survive the agent, as a real bolt does. */
export function readMoves(directory: string, deviceId: string): readonly LockState[] {
  const file = fileOf(directory, deviceId)
  return existsSync(file) ? (readFileSync(file, 'utf8').trim().split('\n') as LockState[]) : []
}

export const addMove = (directory: string, deviceId: string, to: LockState): void =>
  appendFileSync(fileOf(directory, deviceId), `${to}\n`)
