import { graphqlError, requireCustomer } from '@holdfast/service/graphql'
import type { QueryResolvers } from '../__generated__/resolvers.ts'
import { messages } from '../messages.ts'
import { bookingsOf } from '../store/bookings.ts'
import { cursorOf, idOfCursor } from './cursor.ts'

const maxPageSize = 100

export const Query: QueryResolvers = {
  booking: (_, { id }, { bookings }) => bookings.load(id),

  myBookings: async (_, { first, after, state }, { viewer, deps }) => {
    const customerId = requireCustomer(viewer)
    if (first < 1 || first > maxPageSize) throw graphqlError('BAD_USER_INPUT', messages.firstOutOfRange(maxPageSize))
    // One more than asked for shows whether there is a next page.
    const page = { first: first + 1, after: after ? idOfCursor(after) : undefined, states: state ?? undefined }
    const found = await bookingsOf(deps.pool, customerId, page)
    const edges = found.slice(0, first).map((node) => ({ node, cursor: cursorOf(node.id) }))
    return { edges, pageInfo: { hasNextPage: found.length > first, endCursor: edges.at(-1)?.cursor ?? null } }
  },

  me: (_, __, { viewer }) => ({ id: viewer.id || null, role: roles[viewer.role] }),
}

const roles = { customer: 'CUSTOMER', operator: 'OPERATOR', vehicle: 'VEHICLE', anonymous: 'ANONYMOUS' } as const
