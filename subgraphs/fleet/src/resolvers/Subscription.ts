import { changeChannel } from '@holdfast/contracts'
import { requireCustomer, requireSignedIn, uuidOf, watch } from '@holdfast/service/graphql'
import type { SubscriptionResolvers } from '../__generated__/resolvers.ts'
import { commandChannel } from '../changes/channels.ts'
import type { Context } from '../context.ts'
import { type Command, rulesOf } from '../domain/command.ts'
import { type MapMessage, watchMap } from '../map/watch-map.ts'
import { bookingAccess } from '../store/booking-functions.ts'
import { latestCommand } from '../store/commands.ts'
import { boxFrom, checkedFilterFrom } from './inputs.ts'

async function* onlyNull(): AsyncGenerator<null, void, void> {
  yield null
}

const endsTrip = (command: Command | null): boolean =>
  command?.state === 'EXECUTED' && rulesOf[command.purpose].whenExecuted === 'TRIP_ENDS'

/** The booking's latest command (null before the first), then every change, until the trip has ended. */
async function watchCommands(id: string, context: Context): Promise<AsyncIterable<Command | null>> {
  const { viewer, visibility, deps, feed } = context
  requireSignedIn(viewer)
  if (viewer.role === 'customer') requireCustomer(viewer)
  const bookingId = uuidOf(id)
  if (!bookingId || !visibility) return onlyNull()
  const read = () => latestCommand(deps.pool, bookingId)
  const found = visibility === 'all' ? await read() : await bookingAccess(deps.pool, bookingId, visibility.customerId)
  if (!found && visibility !== 'all') return onlyNull()
  // Two channels: one notifies at once. Fleet's published events come a moment later, but also if the process that
  // changed the command was killed right after it.
  const channels = [commandChannel(bookingId), ...(found ? [changeChannel('fleet', found.vehicleId)] : [])]
  return watch({ feed, channels, read, isLast: endsTrip })
}

const commandStatus = {
  subscribe: (_: unknown, { bookingId }: { bookingId: string }, context: Context) => watchCommands(bookingId, context),
  resolve: (command: Command | null) => command,
}

/** Each yielded value is the value of the field. */
export const Subscription: SubscriptionResolvers = {
  commandStatus,
  unlockStatus: commandStatus,
  vehicleAvailability: {
    subscribe: (_, { box, filter }, context) => watchMap(context, boxFrom(box), checkedFilterFrom(filter)),
    resolve: (message: MapMessage) => message,
  },
}
