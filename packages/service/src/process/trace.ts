/** W3C trace context (https://www.w3.org/TR/trace-context/), kept through every asynchronous call of a request. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomFillSync } from 'node:crypto'

const current = new AsyncLocalStorage<string>()
const shape = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/

/** The traceparent of the current work, for a header, a row or a message; undefined outside any. */
export const traceparent = (): string | undefined => current.getStore()

/** The trace id of the current work, as in every log line. */
export const traceId = (): string | undefined => current.getStore()?.slice(3, 35)

/** Runs `work` as a child of `parent`; without a valid parent a new trace begins. */
export function inTrace<T>(parent: string | null | undefined, work: () => T): T {
  const id = shape.exec(parent ?? '')?.[1] ?? randomHex(16)
  return current.run(`00-${id}-${randomHex(8)}-01`, work)
}

// Random bytes in advance: one system call for each id costs more than everything else about a trace.
const pool = Buffer.alloc(4_096)
let used = pool.length

/** `bytes` random bytes in hexadecimal. */
function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += bytes
  return pool.toString('hex', used - bytes, used)
}
