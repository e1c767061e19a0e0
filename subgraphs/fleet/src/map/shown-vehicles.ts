import type { VehicleView } from '../domain/vehicle-view.ts'

/** Markers a map can show and a person can read; with more of them a client zooms in. */
export const maxOnMap = 500

/** What one map shows: computes what its viewer must be sent. */
export function createShownVehicles() {
  const shown = new Map<string, { publicId: string; json: string }>()
  let truncated = false

  const update = (vehicleId: string, view: VehicleView | null): { vehicle?: VehicleView; goneId?: string } => {
    const before = shown.get(vehicleId)
    if (!view) {
      shown.delete(vehicleId)
      return before ? { goneId: before.publicId } : {}
    }
    const goneId = before && before.publicId !== view.publicId ? before.publicId : undefined
    if (!before && shown.size >= maxOnMap && !view.own) {
      truncated = true
      return {}
    }
    const json = JSON.stringify({ ...view, lastSeenAt: null })
    if (before?.json === json) return {}
    shown.set(vehicleId, { publicId: view.publicId, json })
    return { vehicle: view, ...(goneId && { goneId }) }
  }

  return {
    /** Forgets everything. `incomplete`: not all vehicles of the box were read. */
    clear(incomplete: boolean) {
      shown.clear()
      truncated = incomplete
    },
    /** Returns what is new or changed, and what is gone. */
    update(views: readonly (readonly [vehicleId: string, view: VehicleView | null])[]) {
      const updates = views.map(([vehicleId, view]) => update(vehicleId, view))
      return {
        vehicles: updates.flatMap(({ vehicle }) => (vehicle ? [vehicle] : [])),
        goneIds: updates.flatMap(({ goneId }) => (goneId ? [goneId] : [])),
      }
    },
    /** Whether some vehicles of the box are left out. */
    get truncated() {
      return truncated
    },
  }
}
