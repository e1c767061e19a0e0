import type { FormFactor, VehicleResolvers, VehicleTypeResolvers } from '../__generated__/resolvers.ts'
import { rangeMeters } from '../domain/vehicle-type.ts'

export const Vehicle: VehicleResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.vehicle.load(id),
  id: ({ publicId }) => publicId,
  type: ({ typeId }, _, { deps }) => {
    const type = deps.catalogue.types().get(typeId)
    if (!type) throw new Error(`vehicle type ${typeId} is not known`)
    return type
  },
  position: ({ latitude, longitude }) => ({ latitude, longitude }),
  rangeMeters: ({ batteryPercent, typeId }, _, { deps }) =>
    rangeMeters(batteryPercent, deps.catalogue.types().get(typeId)?.maxRangeMeters ?? 0),
  lastSeenAt: ({ vehicleId, lastSeenAt }, _, { loaders }) =>
    lastSeenAt === undefined ? loaders.lastSeen.load(vehicleId) : lastSeenAt,
}

export const VehicleType: VehicleTypeResolvers = {
  formFactor: ({ formFactor }) => formFactor.toUpperCase() as FormFactor,
}
