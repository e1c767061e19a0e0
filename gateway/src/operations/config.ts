import { join } from 'node:path'
import { readConfig, Url } from '@holdfast/service/process'
import { z } from 'zod'
import { defaultLimits } from '../document/limits.ts'

const gateway = join(import.meta.dirname, '../..')

/** What the command is told by its environment: what the gateway is told, or else what is committed here. */
export const commandConfig = (env: NodeJS.ProcessEnv = process.env) =>
  readConfig(
    {
      OPERATIONS: z.string().default(join(gateway, 'operations')),
      SUPERGRAPH: z.string().default(join(gateway, 'supergraph.graphql')),
      /** Points one operation may cost there. */
      COST_LIMIT: z.coerce.number().int().min(1).default(defaultLimits.cost),
      /** Where the gateways count usage. */
      REDIS_URL: Url.optional(),
    },
    env,
  )
