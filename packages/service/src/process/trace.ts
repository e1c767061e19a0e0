/** W3C trace context (https://www.w3.org/TR/trace-context/), carried along every asynchronous call of a request. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomFillSync } from 'node:crypto'

const current = new AsyncLocalStorage<string>()
const shape = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/

/** The traceparent of the work under way, for a header, a row or a message; undefined outside any. */
export const traceparent = (): string | undefined => current.getStore()

/** The trace id of the work under way, as it stands in every log line. */
export const traceId = (): string | undefined => current.getStore()?.slice(3, 35)

/** Runs `work` as a child of `parent`; without a valid parent a new trace begins. */
export function inTrace<T>(parent: string | null | undefined, work: () => T): T {
  const id = shape.exec(parent ?? '')?.[1] ?? randomHex(16)
  return current.run(`00-${id}-${randomHex(8)}-01`, work)
}

// Random bytes ahead: asking the system for every few costs more than all the rest of a trace.
const pool = Buffer.alloc(4_096)
let used = pool.length

/** Of that many random bytes. */
function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += bytes
  return pool.toString('hex', used - bytes, used)
}
