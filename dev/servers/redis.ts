import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { ServerFiles } from '../files.ts'
import { ManagedProcess } from '../processes/managed-process.ts'
import { findProgram } from './system-programs.ts'

export type RedisServer = ManagedProcess & { url: string }

/** A Redis on 127.0.0.1, not yet started. Append-only and synced every second: SIGKILL loses nothing, a power cut one second. */
export function redis(files: ServerFiles, { port, password }: { port: number; password: string }): RedisServer {
  const { command, env } = findProgram('redis')
  const url = `redis://:${password}@127.0.0.1:${port}`
  const settings: Record<string, string> = {
    port: String(port),
    bind: '127.0.0.1',
    dir: files.dataDir,
    // Without it any local process could write what Holdfast later reads as an event.
    requirepass: password,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    daemonize: 'no',
  }
  const settingsFile = join(files.dataDir, 'redis.conf')
  const server = new ManagedProcess({
    name: 'redis',
    command,
    args: [settingsFile],
    env,
    ...files,
    prepare: () => {
      mkdirSync(files.dataDir, { recursive: true })
      const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}"`)
      // In a file, because every user can read a command line.
      writeFileSync(settingsFile, `${lines.join('\n')}\n`, { mode: 0o600 })
    },
    ready: (pid) =>
      withRedis(url, 2_000, async (client) => {
        const answering = /^process_id:(\d+)/m.exec(await client.info('server'))?.[1]
        if (Number(answering) !== pid) throw new Error(`another Redis answers on port ${port}`)
        // While it still loads its data it answers INFO, but PING says LOADING.
        await client.ping()
      }),
  })
  return Object.assign(server, { url })
}

/** Connects once, without retries. Gives up after `timeoutMs` to connect and as long for each command. */
export async function withRedis(
  url: string,
  timeoutMs: number,
  use: (client: Redis) => Promise<unknown>,
): Promise<void> {
  const client = new Redis(url, {
    lazyConnect: true,
    retryStrategy: null,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    disconnectTimeout: 100,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    await use(client)
  } finally {
    client.disconnect()
  }
}
