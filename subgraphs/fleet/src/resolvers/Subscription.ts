import { graphqlError } from '@holdfast/service/graphql'
import type { SubscriptionResolvers } from '../__generated__/resolvers.ts'
import type { Context } from '../context.ts'
import type { Command } from '../domain/command.ts'
import { uuidIn } from '../ids.ts'
import { watchCommand } from '../live/watchCommand.ts'
import { type MapMessage, watchMap } from '../live/watchMap.ts'
import { bookingAccess } from '../store/booking.ts'
import { latestCommand } from '../store/commands.ts'
import { boxFrom, checkedFilter } from './area.ts'

async function* nothing(): AsyncGenerator<null, void, void> {
  yield null
}

async function commandsOf(id: string, { viewer, reads }: Context): Promise<AsyncIterable<Command | null>> {
  if (viewer.role === 'anonymous') throw graphqlError('UNAUTHENTICATED', 'Sign in first: send a bearer token.')
  const bookingId = uuidIn(id)
  if (!bookingId) return nothing()
  const read = () => latestCommand(reads.pool, bookingId)
  if (viewer.role === 'operator') return watchCommand(reads.live, bookingId, (await read())?.vehicleId, read)
  const booking = viewer.role === 'customer' ? await bookingAccess(reads.pool, bookingId, viewer.id) : null
  return booking ? watchCommand(reads.live, bookingId, booking.vehicleId, read) : nothing()
}

/** What is yielded is the field's value itself. */
export const Subscription: SubscriptionResolvers = {
  unlockStatus: {
    subscribe: (_, { bookingId }, context) => commandsOf(bookingId, context),
    resolve: (command: Command | null) => command,
  },
  vehicleAvailability: {
    subscribe: (_, { box, filter }, { map, viewer }) => watchMap(map, viewer, boxFrom(box), checkedFilter(filter)),
    resolve: (message: MapMessage) => message,
  },
}
