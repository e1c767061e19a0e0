import { PrismaPg } from '@prisma/adapter-pg'
import type { Pool } from 'pg'
import { PrismaClient } from './generated/client.ts'

export { PrismaClient } from './generated/client.ts'

/** A Prisma client on a pool somebody else owns: Prisma and hand-written prepared statements share its connections.
 * Ending the pool stays the caller's business. */
export const prismaOn = (pool: Pool): PrismaClient => new PrismaClient({ adapter: new PrismaPg(pool) })
