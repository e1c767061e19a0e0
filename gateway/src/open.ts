/** What callers keep open at this gateway: connections (a WebSocket, or an event stream over HTTP) and subscriptions on them. */
import type { Caller } from './caller.ts'
import type { Fault } from './execute/trouble.ts'
import { refused } from './meter.ts'

export interface OpenLimits {
  /** Of one person, however many addresses they use. */
  readonly connectionsPerIdentity: number
  /** Of all who share an address: a household, or the thousands of phones behind a carrier's. */
  readonly connectionsPerAddress: number
  /** Of one person, or of one client or address where nobody signed in, on all connections together. */
  readonly subscriptionsPerIdentity: number
}

export const defaultOpenLimits: OpenLimits = {
  connectionsPerIdentity: 50,
  connectionsPerAddress: 1_000,
  subscriptionsPerIdentity: 1_000,
}

/** `leave` is to be called when it closes; called again it does nothing. */
export type Entered = { readonly ok: true; readonly leave: () => void } | { readonly ok: false; readonly fault: Fault }

export interface Open {
  /** A socket of which only the address is known yet. */
  address(address: string): Entered
  /** The same socket once its caller is. */
  connection(caller: Caller): Entered
  subscription(caller: Caller): Entered
  /** An event stream: a connection and its subscription. */
  stream(caller: Caller): Entered
  /** How many identities and addresses have anything open. */
  readonly size: number
}

type Limit = keyof OpenLimits

const names: Readonly<Record<Limit, string>> = {
  connectionsPerIdentity: 'connections per identity',
  connectionsPerAddress: 'connections per address',
  subscriptionsPerIdentity: 'subscriptions per identity',
}
const retryAfterS = 10

export function openCounts(limits: OpenLimits): Open {
  const counts = new Map<string, number>()

  const enter = (limit: Limit, whose: string): Entered => {
    const key = `${limit} ${whose}`
    const now = counts.get(key) ?? 0
    if (now >= limits[limit]) {
      refused.inc({ limit: names[limit] })
      return { ok: false, fault: tooMany(limit, limits[limit]) }
    }
    counts.set(key, now + 1)
    let left = false
    return {
      ok: true,
      leave: () => {
        if (left) return
        left = true
        const before = counts.get(key) ?? 0
        if (before <= 1) counts.delete(key)
        else counts.set(key, before - 1)
      },
    }
  }

  const address = (of: string) => enter('connectionsPerAddress', of)
  // Who did not sign in is counted by address alone: a client's key, or a carrier's address, is many people.
  const connection = ({ viewer, key }: Caller): Entered =>
    viewer.role === 'anonymous' ? { ok: true, leave: () => undefined } : enter('connectionsPerIdentity', key)
  const subscription = ({ key }: Caller) => enter('subscriptionsPerIdentity', key)

  return {
    address,
    connection,
    subscription,
    stream: (caller) => all([() => address(caller.address), () => connection(caller), () => subscription(caller)]),
    get size() {
      return counts.size
    },
  }
}

/** All of them or none. */
function all(entries: readonly (() => Entered)[]): Entered {
  const leaves: (() => void)[] = []
  const leave = () => {
    for (const one of leaves) one()
  }
  for (const enter of entries) {
    const entered = enter()
    if (entered.ok) leaves.push(entered.leave)
    else {
      leave()
      return entered
    }
  }
  return { ok: true, leave }
}

const tooMany = (limit: Limit, allowed: number): Fault => ({
  message: `Too many ${names[limit]}: ${allowed} are open. Close some, or try again in a while.`,
  extensions: { code: 'RATE_LIMITED', retryAfterS },
})
