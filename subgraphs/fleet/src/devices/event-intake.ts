import { parseJson, VehicleEvent } from '@holdfast/contracts'
import { background, repeat } from '@holdfast/service/process'
import type { Deps } from '../commands/deps.ts'
import { vehicleIdsOf } from '../store/devices.ts'
import { addToHistory } from '../store/vehicles.ts'

const writeEvery = 50 // ms
const batch = 1_000
const maxPending = 10_000 // What a fleet sends beyond this while the database is away stands in its states too.

/** Events of vehicles (a tip-over, tampering): they are added to the vehicles' histories. */
export function createEventIntake({ pool, log }: Deps) {
  let pending: (VehicleEvent & { deviceId: string })[] = []

  const write = async () => {
    if (pending.length === 0) return
    const some = pending.splice(0, batch)
    try {
      const ids = await vehicleIdsOf(pool, [...new Set(some.map(({ deviceId }) => deviceId))])
      await addToHistory(
        pool,
        some.flatMap(({ deviceId, kind, at, epoch, seq }) => {
          const vehicleId = ids.get(deviceId)
          return vehicleId ? [{ vehicleId, eventType: kind.toLowerCase(), at: new Date(at), epoch, seq }] : []
        }),
      )
    } catch (err) {
      pending = [...some, ...pending].slice(0, maxPending)
      throw err
    }
  }

  return {
    steps: [
      { name: 'last events', start: () => undefined, stop: write },
      background('events', (signal) => repeat(signal, writeEvery, log, write)),
    ],
    onEvent(deviceId: string, payload: Uint8Array): string {
      const message = VehicleEvent.safeParse(parseJson(payload))
      if (!message.success) return 'malformed'
      if (pending.length >= maxPending) return 'overflow'
      pending.push({ ...message.data, deviceId })
      return 'taken'
    },
  }
}
