/** Serves the audit's subgraphs, supergraphs and tests on loopback, and ends with the process that started it. */
import { createServer } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [folder = ''] = process.argv.slice(2)
const { createRouter } = await import(pathToFileURL(join(folder, 'src', 'index.ts')).href)
const server = createServer(createRouter()).listen(0, '127.0.0.1', () => process.send?.(server.address()))
process.on('disconnect', () => process.exit())
