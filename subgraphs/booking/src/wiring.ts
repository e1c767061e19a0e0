import type { PrismaClient } from '@holdfast/database'
import type { Pool } from '@holdfast/service/postgres'
import type { ChangeFeed } from '@holdfast/service/redis'
import { cancelBooking } from './commands/cancelBooking.ts'
import { createBooking } from './commands/createBooking.ts'
import { extendHold } from './commands/extendHold.ts'
import type { Booking, State } from './domain/booking.ts'
import { watchBooking } from './events/watchBooking.ts'
import { pricesOf } from './store/bookables.ts'
import { bookingsById, bookingsOf, type Whose } from './store/bookings.ts'

/** Commands and reads on their connections: everything a resolver can reach. */
export type Wiring = ReturnType<typeof wire>

export function wire(pool: Pool, prisma: PrismaClient, live: ChangeFeed) {
  const byIds = (whose: Whose, ids: readonly string[]) => bookingsById(pool, whose, ids)
  const ownBooking = async (customerId: string, id: string): Promise<Booking> => {
    const [booking] = await byIds({ customerId }, [id])
    if (!booking) throw new Error(`booking ${id} is remembered by its request and is not there`)
    return booking
  }
  return {
    commands: {
      createBooking: createBooking(pool, ownBooking),
      extendHold: extendHold(pool),
      cancelBooking: cancelBooking(pool),
    },
    reads: {
      bookingsById: byIds,
      bookingsOf: (
        customerId: string,
        page: { first: number; after?: string | undefined; state?: readonly State[] | undefined },
      ) => bookingsOf(pool, customerId, page),
      pricesOf: (publicIds: readonly string[]) => pricesOf(prisma, publicIds),
      /** As `watchBooking` tells it. */
      bookingStatus: (whose: Whose, id: string) =>
        watchBooking(live, id, async () => (await byIds(whose, [id]))[0] ?? null),
    },
  }
}
