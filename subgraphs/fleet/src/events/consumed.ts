import { parseEvent, streamOf } from '@holdfast/contracts'
import { consumeStream } from '@holdfast/service/events'
import type { Pool } from '@holdfast/service/postgres'
import type { Log } from '@holdfast/service/process'
import type { Redis } from '@holdfast/service/redis'
import type { Deps } from '../commands/deps.ts'
import { onBookingEvents } from '../commands/followBooking.ts'

/** Follows booking's facts until aborted. `redis` is a connection of its own: it blocks. */
export const consumeBooking = (
  deps: Deps,
  {
    pool,
    redis,
    databaseUrl,
    log,
    signal,
  }: { pool: Pool; redis: Redis; databaseUrl: string; log: Log; signal: AbortSignal },
): Promise<void> =>
  consumeStream({
    consumer: 'fleet-booking',
    owner: 'fleet',
    stream: streamOf('booking'),
    databaseUrl,
    pool,
    redis,
    log,
    signal,
    parse: parseEvent,
    handlers: onBookingEvents(deps),
  })
