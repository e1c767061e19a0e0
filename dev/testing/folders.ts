import { join } from 'node:path'
import { holdfastDir } from '../files.ts'

export const testDir = join(holdfastDir, 'test')

/** A folder for each Redis and Mosquitto of a test. */
export const serversDir = join(testDir, 'servers')
