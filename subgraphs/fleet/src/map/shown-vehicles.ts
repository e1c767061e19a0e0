import type { VehicleView } from '../domain/vehicle-view.ts'

/** Markers a map can show and a person can read; with more of them a client zooms in. */
export const maxOnMap = 500

/** What one map shows: computes what its viewer must be sent. */
export function createShownVehicles() {
  const shown = new Map<string, { publicId: string; json: string }>()
  let truncated = false

  return {
    /** Forgets everything. `incomplete`: not all vehicles of the box were read. */
    clear(incomplete: boolean) {
      shown.clear()
      truncated = incomplete
    },
    /** Returns what is new or changed, and what is gone. */
    update(views: readonly (readonly [vehicleId: string, view: VehicleView | null])[]) {
      const vehicles: VehicleView[] = []
      const goneIds: string[] = []
      for (const [vehicleId, view] of views) {
        const before = shown.get(vehicleId)
        if (before && before.publicId !== view?.publicId) goneIds.push(before.publicId)
        if (!view) shown.delete(vehicleId)
        else if (!before && shown.size >= maxOnMap && !view.own) truncated = true
        else {
          const json = JSON.stringify({ ...view, lastSeenAt: null })
          if (before?.json !== json) vehicles.push(view)
          shown.set(vehicleId, { publicId: view.publicId, json })
        }
      }
      return { vehicles, goneIds }
    },
    /** Whether some vehicles of the box are left out. */
    get truncated() {
      return truncated
    },
  }
}
