import type { QueryResolvers } from '../__generated__/resolvers.ts'

export const Query: QueryResolvers = {
  payment: (_, { id }, { loaders }) => loaders.payment.load(id),
}
