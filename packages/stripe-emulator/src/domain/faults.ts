/** What can be made to go wrong with a request to the API, at its next execution. */
export const requestFaults = [
  'latency',
  'rate-limit',
  'lock-timeout',
  'server-error',
  'reset',
  'response-lost',
] as const

/** What can be made to go wrong with the delivery of the events of a request. */
export const webhookFaults = [
  'webhook-duplicate',
  'webhook-delay',
  'webhook-drop',
  'webhook-reorder',
  'webhook-wrong-secret',
  'webhook-stale',
] as const

export type RequestFault = (typeof requestFaults)[number]
export type WebhookFault = (typeof webhookFaults)[number]

export interface Fault {
  readonly kind: RequestFault | WebhookFault
  /** Milliseconds, for `latency` and `webhook-delay`; at most a minute. */
  readonly ms: number
}

const kinds: readonly string[] = [...requestFaults, ...webhookFaults]
const isKind = (kind: string): kind is Fault['kind'] => kinds.includes(kind)
const longest = 60_000
const usualMs = 1_000

/** A fault by name; undefined when there is no such fault or the time makes no sense. */
export function fault(kind: string, ms: number = usualMs): Fault | undefined {
  return isKind(kind) && ms >= 0 && ms <= longest ? { kind, ms } : undefined
}

/** Reads `latency=500, response-lost`; undefined when any of it is not a fault. */
export function faultsInHeader(header: string): Fault[] | undefined {
  if (header.trim() === '') return []
  const faults = header.split(',').map((item) => {
    const [kind = '', ms] = item.trim().split('=')
    return fault(kind, ms === undefined ? undefined : Number(ms))
  })
  return faults.every((each) => each !== undefined) ? faults : undefined
}

/** A fault that waits for the next requests, or events, that it fits. */
export interface ArmedFault extends Fault {
  readonly id: string
  /** How many are still to be hit. */
  readonly times: number
  /** Of the requests to hit; null fits all. */
  readonly method: string | null
  /** Of the requests to hit; a part that is `*` fits any, as in `/v1/charges/*`. Null fits all. */
  readonly path: string | null
  /** Type of the events whose delivery to hit; null fits all. */
  readonly event: string | null
  /** Share of what fits that is hit, 0 to 1. */
  readonly probability: number
}

export type AskedFault = { readonly kind: Fault['kind'] } & {
  readonly [K in keyof Omit<ArmedFault, 'id' | 'kind'>]?: ArmedFault[K] | undefined
}

/** A fault that hits the next one of everything, except where it was asked to be choosier; undefined when it makes no sense. */
export function armedFault(asked: AskedFault, id: string): ArmedFault | undefined {
  const bare = fault(asked.kind, asked.ms)
  const { times = 1, method = null, path = null, event = null, probability = 1 } = asked
  return bare && { ...bare, id, times, method, path, event, probability }
}

/** A request to the API, or an event about to be delivered. */
export type Happening = { readonly method: string; readonly path: string } | { readonly event: string }

/** The faults that hit what happens now, and what stays armed after it. `chance` draws a number from 0 to 1. */
export function trigger(
  armed: readonly ArmedFault[],
  happening: Happening,
  chance: () => number,
): { hit: readonly Fault[]; left: readonly ArmedFault[] } {
  const hit: Fault[] = []
  const left: ArmedFault[] = []
  for (const each of armed) {
    if (!fits(each, happening) || (each.probability < 1 && chance() >= each.probability)) {
      left.push(each)
      continue
    }
    hit.push({ kind: each.kind, ms: each.ms })
    if (each.times > 1) left.push({ ...each, times: each.times - 1 })
  }
  return { hit, left }
}

export const isWebhookFault = (kind: Fault['kind']): kind is WebhookFault => webhookFaults.some((each) => each === kind)

function fits(armed: ArmedFault, happening: Happening): boolean {
  if ('event' in happening) {
    return isWebhookFault(armed.kind) && (armed.event === null || armed.event === happening.event)
  }
  if (isWebhookFault(armed.kind)) return false
  if (armed.method && armed.method !== happening.method) return false
  if (!armed.path) return true
  const wanted = armed.path.split('/')
  const parts = happening.path.split('/')
  return wanted.length === parts.length && wanted.every((part, index) => part === '*' || part === parts[index])
}
