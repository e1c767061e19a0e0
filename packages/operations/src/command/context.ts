import { createLog } from '@holdfast/service/process'
import { createRedis } from '@holdfast/service/redis'
import { registryFolder } from '../registry/folder.ts'
import type { Inspect } from '../registry/inspected.ts'
import { type OperationCount, readUsage } from '../registry/usage.ts'

/** What the commands work with. */
export interface CommandContext {
  /** The registry's folder. */
  readonly folder: string
  readonly redisUrl: string | undefined
  readonly now: Date
  /** Reads the supergraph and loads the planner, which takes a second. */
  loadInspect(): Promise<Inspect>
}

/** All clients, or only the one of this name; and one line for each client whose files do not load. */
export async function readClients({ folder }: CommandContext, only?: string) {
  const { clients, errors } = await registryFolder(folder).read()
  return {
    clients: clients.filter(({ name }) => only === undefined || name === only),
    errors: [...errors].map(([client, error]) => `${client}: ${error}`),
  }
}

/** What the gateways have counted; undefined without a Redis URL. Rejects when Redis cannot be reached. */
export async function countedUsage({
  redisUrl,
}: CommandContext): Promise<ReadonlyMap<string, OperationCount> | undefined> {
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
