/** Where a command works, and what it finds there. */
import { createLog } from '@holdfast/service/process'
import { createRedis } from '@holdfast/service/redis'
import type { Limits } from '../../document/limits.ts'
import { registryFolder } from '../folder.ts'
import type { RegisteredClient } from '../registry.ts'
import { type Count, readUsage } from '../usage.ts'

export interface Place {
  /** The registry's folder. */
  readonly folder: string
  /** File or http(s) URL. */
  readonly supergraph: string
  readonly limits: Limits
  readonly redisUrl: string | undefined
  readonly now: Date
}

export interface Clients {
  readonly clients: readonly RegisteredClient[]
  /** One line for each client whose files do not load. */
  readonly faults: readonly string[]
}

export async function readClients({ folder }: Place): Promise<Clients> {
  const { clients, faults } = await registryFolder(folder).read()
  return { clients, faults: [...faults].map(([client, fault]) => `${client}: ${fault}`) }
}

/** What the gateways counted; undefined when it is not known where. Throws when Redis does not say. */
export async function countedUsage({ redisUrl }: Place): Promise<ReadonlyMap<string, Count> | undefined> {
  if (redisUrl === undefined) return undefined
  const redis = createRedis(redisUrl, createLog('operations', 'silent'))
  try {
    await new Promise<void>((resolve, reject) => {
      redis.once('ready', resolve)
      redis.once('error', reject)
    })
    return await readUsage(redis)
  } finally {
    redis.disconnect()
  }
}
