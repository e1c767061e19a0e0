import type { ZoneResolvers } from '../__generated__/resolvers.ts'

export const Zone: ZoneResolvers = {
  __resolveReference: ({ id }, { deps }) => deps.catalogue.zones().find((zone) => zone.id === id) ?? null,
  area: ({ area }) => JSON.stringify(area),
}
