import type { Viewer } from '@holdfast/service/identity'
import type { Deps } from './commands/deps.ts'
import { endTrip } from './commands/endTrip.ts'
import { setVehicleService } from './commands/setVehicleService.ts'
import { unlockVehicle } from './commands/unlockVehicle.ts'
import type { VehicleType } from './domain/sight.ts'
import type { Zone } from './domain/zones.ts'
import { uuidIn } from './ids.ts'
import type { MapParts } from './live/watchMap.ts'
import { createLoaders, type Loaders, mapParts, type ReadParts, searchWith } from './reads.ts'

/** What a resolver works with, made for one request. */
export interface Context {
  readonly viewer: Viewer
  readonly commands: ReturnType<typeof commandsOn>
  readonly search: ReturnType<typeof searchWith>
  readonly types: () => ReadonlyMap<string, VehicleType>
  readonly zones: () => readonly Zone[]
  readonly map: MapParts
  readonly reads: ReadParts
  readonly loaders: Loaders
}

const commandsOn = (deps: Deps, types: () => ReadonlyMap<string, VehicleType>) => ({
  unlockVehicle: unlockVehicle(deps),
  endTrip: endTrip(deps),
  setVehicleService: setVehicleService(deps, types),
})

/** Returns what makes a context for a viewer. */
export function contextFrom(deps: Deps, reads: ReadParts): (viewer: Viewer) => Context {
  const { types, zones } = reads.catalogue
  const shared = {
    commands: commandsOn(deps, types),
    search: searchWith(reads),
    map: mapParts(reads),
    reads,
    types,
    zones,
  }
  return (given) => {
    // A rider without a UUID owns nothing here, and Postgres would not even compare the id.
    const viewer: Viewer = given.role === 'customer' && !uuidIn(given.id) ? { ...given, role: 'anonymous' } : given
    return { ...shared, viewer, loaders: createLoaders(reads, viewer) }
  }
}
