import { join } from 'node:path'

export const projectDir = join(import.meta.dirname, '..', '..')

/** Everything made at run time is in here, and nothing else of the project is ever written to. */
export const holdfastDir = join(projectDir, '.holdfast')

/** What `npm start` remembers between starts. */
export const dataDir = join(holdfastDir, 'data')
