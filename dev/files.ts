import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const projectDir = join(import.meta.dirname, '..')

/** Holds every file made at run time; nothing else of the project is ever written to. */
export const holdfastDir = join(projectDir, '.holdfast')

/** What `npm start` keeps between starts. */
export const dataDir = join(holdfastDir, 'data')

export const testDir = join(holdfastDir, 'test')

/** Which processes use a data folder: pid files and the mutex. */
export const runDir = (dataDir: string) => join(dataDir, 'run')
/** Held by the process that uses the data folder. */
export const mutexFileOf = (dataDir: string) => join(runDir(dataDir), 'stack.lock')
export const pidFileOf = (dataDir: string, name: string) => join(runDir(dataDir), `${name}.pid`)
export const logFileOf = (dataDir: string, name: string) => join(dataDir, 'logs', `${name}.log`)

/** Where a process keeps its data, and where it is logged and named while it runs. */
export const serverFiles = (dataDir: string, name: string) => ({
  dataDir: join(dataDir, name),
  logFile: logFileOf(dataDir, name),
  pidFile: pidFileOf(dataDir, name),
})
export type ServerFiles = { dataDir: string; logFile: string; pidFile?: string }

/** Undefined if there is no such file. */
export function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Writes a file that only its owner can read. Nobody ever reads half of it. */
export function writePrivateFile(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(`${path}.new`, content, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}
