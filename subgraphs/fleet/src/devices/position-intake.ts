import { parseJson, Telemetry } from '@holdfast/contracts'
import { background, repeat } from '@holdfast/service/process'
import type { Deps } from '../commands/deps.ts'
import { cellOf } from '../domain/cells.ts'
import type { Heartbeat } from '../domain/contact.ts'
import { type Fix, reasonToDrop } from '../domain/telemetry.ts'
import { type PositionedVehicle, type ReportedPosition, writePositions } from '../store/positions.ts'

const writeEvery = 500 // ms: two batches a second, however large the fleet.
const batch = 500 // vehicles per statement

/** Positions of vehicles: the newest of each is written, and published to those who watch it. */
export function createPositionIntake(
  { pool, now, log, changes }: Deps,
  onHeartbeat: (deviceId: string, heartbeat: Heartbeat) => void,
) {
  let pending = new Map<string, ReportedPosition>()
  const fixes = new Map<string, Fix>()

  /** Remembers a written position; returns the movement to publish, none when nobody rides the vehicle. */
  const written = ({ vehicleId, deviceId, state, riderId, contact }: PositionedVehicle, position: ReportedPosition) => {
    const { receivedAt, epoch, measuredAt } = position
    const before = fixes.get(deviceId)
    fixes.set(deviceId, { ...position, at: measuredAt.getTime() })
    // State reports say everything else; this finds vehicles that count as lost, and parked ones that are carried away.
    if (contact === 'LOST' || state === 'AVAILABLE') onHeartbeat(deviceId, { receivedAt, epoch })
    const cells = [...new Set([position, ...(before ? [before] : [])].map(cellOf))]
    return riderId ? [{ vehicleId, riderId, cells }] : []
  }

  const write = async () => {
    const all = [...pending.values()]
    pending = new Map()
    for (let from = 0; from < all.length; from += batch) {
      // A batch that fails is not written again: the next one is newer.
      const some = new Map(all.slice(from, from + batch).map((position) => [position.deviceId, position]))
      const vehicles = await writePositions(pool, [...some.values()])
      await changes.movements(
        vehicles.flatMap((vehicle) => {
          const position = some.get(vehicle.deviceId)
          return position ? written(vehicle, position) : []
        }),
      )
    }
  }

  return {
    steps: [background('positions', (signal) => repeat(signal, writeEvery, log, write))],
    onTelemetry(deviceId: string, payload: Uint8Array): string {
      const message = Telemetry.safeParse(parseJson(payload))
      if (!message.success) return 'malformed'
      const { epoch, seq, history, samples } = message.data
      if (history) return 'history' // The odometer has the distance, and newer messages have the position.
      const newest = samples.reduce((a, b) => (b.at > a.at ? b : a))
      const reason = reasonToDrop({ ...newest, epoch, seq }, fixes.get(deviceId), now().getTime())
      if (reason) return reason.toLowerCase()
      const { at, batteryPercent: _, ...measured } = newest
      pending.set(deviceId, { ...measured, deviceId, epoch, seq, measuredAt: new Date(at), receivedAt: now() })
      return 'taken'
    },
  }
}
