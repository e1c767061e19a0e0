/** Limits open connections (a WebSocket, or an event stream over HTTP) and the subscriptions on them, at this gateway. */
import { type Refused, refuse } from '../core/errors.ts'
import { limits as messages } from '../core/messages.ts'
import type { Requester } from '../core/requester.ts'
import { refused } from '../metrics/requests.ts'

export interface ConcurrencyLimits {
  /** Of one person, however many addresses they use. */
  readonly connectionsPerIdentity: number
  /** Of all who share an address: a household, or the thousands of phones behind a carrier's address. */
  readonly connectionsPerAddress: number
  /** Of one person, or of one client or address where nobody signed in, on all connections together. */
  readonly subscriptionsPerIdentity: number
}

/** A place below the limit. `release` is called when the connection or subscription ends; a second call does nothing. */
export type Slot = { readonly ok: true; readonly release: () => void } | Refused

export type ConcurrencyLimiter = ReturnType<typeof concurrencyLimiter>

const names: Readonly<Record<keyof ConcurrencyLimits, string>> = {
  connectionsPerIdentity: 'connections per identity',
  connectionsPerAddress: 'connections per address',
  subscriptionsPerIdentity: 'subscriptions per identity',
}
const retryAfterS = 10

export function concurrencyLimiter(limits: ConcurrencyLimits) {
  const counts = new Map<string, number>()

  const take = (limit: keyof ConcurrencyLimits, subject: string): Slot => {
    const key = `${limit} ${subject}`
    const count = counts.get(key) ?? 0
    if (count >= limits[limit]) {
      refused.inc({ limit: names[limit] })
      return refuse(messages.open(names[limit], limits[limit], retryAfterS))
    }
    counts.set(key, count + 1)
    let released = false
    return {
      ok: true,
      release: () => {
        if (released) return
        released = true
        const before = counts.get(key) ?? 0
        if (before <= 1) counts.delete(key)
        else counts.set(key, before - 1)
      },
    }
  }

  /** A socket of which only the address is known yet. */
  const address = (of: string) => take('connectionsPerAddress', of)
  /**
   * The same socket once its requester is known. Anonymous requesters are counted by address alone: a client's key, or a carrier's
   * address, stands for many people.
   */
  const connection = ({ viewer, limitKey }: Requester): Slot =>
    viewer.role === 'anonymous' ? { ok: true, release: () => undefined } : take('connectionsPerIdentity', limitKey)
  const subscription = ({ limitKey }: Requester) => take('subscriptionsPerIdentity', limitKey)

  return {
    address,
    connection,
    subscription,
    /** An event stream: a connection and its subscription. */
    stream: (requester: Requester): Slot =>
      takeAll([() => address(requester.address), () => connection(requester), () => subscription(requester)]),
    /** How many identities and addresses have anything open. */
    get size() {
      return counts.size
    },
  }
}

/** Takes all slots or none. */
function takeAll(takes: readonly (() => Slot)[]): Slot {
  const releases: (() => void)[] = []
  const release = () => {
    for (const one of releases) one()
  }
  for (const take of takes) {
    const slot = take()
    if (!slot.ok) {
      release()
      return slot
    }
    releases.push(slot.release)
  }
  return { ok: true, release }
}
