import { join } from 'node:path'

export const projectDir = join(import.meta.dirname, '..', '..')

/** Holds every file made at run time; nothing else of the project is ever written to. */
export const holdfastDir = join(projectDir, '.holdfast')

/** What `npm start` keeps between starts. */
export const dataDir = join(holdfastDir, 'data')

/** Which processes use a data folder: pid files and the mutex. */
export const runDir = (dataDir: string) => join(dataDir, 'run')
/** Held by the process that uses the data folder. */
export const mutexFileOf = (dataDir: string) => join(runDir(dataDir), 'stack.lock')
export const pidFileOf = (dataDir: string, name: string) => join(runDir(dataDir), `${name}.pid`)
export const logFileOf = (dataDir: string, name: string) => join(dataDir, 'logs', `${name}.log`)
