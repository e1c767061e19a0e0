import { requireCustomer } from '@holdfast/service/graphql'
import type { MutationResolvers } from '../../__generated__/resolvers.ts'
import { requestIdOf, uuidIn } from '../../ids.ts'
import { endTripProblem } from '../problems.ts'

export const endTrip: NonNullable<MutationResolvers['endTrip']> = async (_, { input }, { viewer, commands }) => {
  const riderId = requireCustomer(viewer)
  const requestId = requestIdOf(input.requestId)
  const bookingId = uuidIn(input.bookingId)
  if (!bookingId) return endTripProblem({ kind: 'BookingNotFound' })
  const outcome = await commands.endTrip({ riderId, bookingId, requestId })
  return outcome.ok ? { __typename: 'EndTripSuccess', command: outcome.value } : endTripProblem(outcome.refusal)
}
