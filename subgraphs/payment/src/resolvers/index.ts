import { type CompleteResolvers, DateTime } from '@holdfast/service/graphql'
import type { Resolvers } from '../__generated__/resolvers.ts'
import { Booking } from './Booking.ts'
import { authorizePayment } from './Mutation/authorizePayment.ts'
import { Payment } from './Payment.ts'
import { Query } from './Query.ts'
import { Receipt } from './Receipt.ts'

export const resolvers: CompleteResolvers<Resolvers> = {
  Booking,
  DateTime,
  Mutation: { authorizePayment },
  Payment,
  Query,
  Receipt,
}
