import { Connection, parseJson, VehicleState } from '@holdfast/contracts'
import { background, repeat } from '@holdfast/service/process'
import type { Deps } from '../commands/deps.ts'
import { ingestReports, type PendingReports } from '../commands/ingestReports.ts'
import { type Heartbeat, newerConnection } from '../domain/contact.ts'

const ingestEvery = 50 // ms: no rider waits for this, but a map should show it soon.
const batch = 500 // vehicles per statement

/**
 * Connection and state messages. Of each kind only the newest of a vehicle counts, so while the database is slow no more
 * is kept than the number of vehicles.
 */
export function createStateIntake(deps: Deps, onRebooted: (deviceIds: readonly string[]) => Promise<void>) {
  const { now, log } = deps
  let pending = new Map<string, PendingReports>()
  const lastMessages = new Map<string, string>()

  const pendingOf = (deviceId: string): PendingReports => {
    const reports = pending.get(deviceId) ?? {}
    pending.set(deviceId, reports)
    return reports
  }

  /** Whether a retained message is the last one that was received: the retained-state resync repeats most of them. */
  const isRepeated = (key: string, message: string, retained: boolean): boolean => {
    const same = lastMessages.get(key) === message
    lastMessages.set(key, message)
    return same && retained
  }

  const onHeartbeat = (deviceId: string, heartbeat: Heartbeat) => {
    pendingOf(deviceId).heartbeat = heartbeat
  }

  const ingest = async () => {
    while (pending.size > 0) {
      const some = new Map([...pending].slice(0, batch))
      for (const deviceId of some.keys()) pending.delete(deviceId)
      try {
        await onRebooted(await ingestReports(deps, some))
      } catch (err) {
        // What came in meanwhile is newer.
        const merged = [...some].map(([id, older]) => [id, { ...older, ...pending.get(id) }] as const)
        pending = new Map([...pending, ...merged])
        throw err
      }
    }
  }

  return {
    steps: [
      { name: 'last reports', start: () => undefined, stop: ingest },
      background('reports', (signal) => repeat(signal, ingestEvery, log, ingest)),
    ],
    onHeartbeat,
    onConnection(deviceId: string, payload: Uint8Array, retained: boolean): string {
      const message = Connection.safeParse(parseJson(payload))
      if (!message.success) return 'malformed'
      const { online, epoch, at, counter } = message.data
      if (isRepeated(`${deviceId} conn`, `${epoch} ${online} ${at}`, retained)) return 'known'
      const report = { online, epoch, at: new Date(at), receivedAt: now(), retained, counter }
      const reports = pendingOf(deviceId)
      if (newerConnection(reports.connection, report) === report) reports.connection = report
      return 'taken'
    },
    onState(deviceId: string, payload: Uint8Array, retained: boolean): string {
      const message = VehicleState.safeParse(parseJson(payload))
      if (!message.success) return 'malformed'
      const { epoch, seq } = message.data
      if (isRepeated(`${deviceId} state`, `${epoch} ${seq}`, retained)) return 'known'
      const reports = pendingOf(deviceId)
      const before = reports.state
      if (before?.epoch === epoch && before.seq >= seq) return 'duplicate'
      reports.state = { ...message.data, receivedAt: now(), retained }
      if (!retained) onHeartbeat(deviceId, { receivedAt: now(), epoch })
      return 'taken'
    },
  }
}
