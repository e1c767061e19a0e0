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

/** A fault that waits for the next requests, or events, that it matches. */
export interface ArmedFault extends Fault {
  readonly id: string
  /** How many it will still hit. */
  readonly times: number
  /** Method of the requests; null matches all. */
  readonly method: string | null
  /** Path of the requests; a part that is `*` matches any, as in `/v1/charges/*`. Null matches all. */
  readonly path: string | null
  /** Type of the events; null matches all. */
  readonly event: string | null
  /** Share of the matches that is hit, 0 to 1. */
  readonly probability: number
}

export type FaultOptions = { readonly kind: Fault['kind'] } & {
  readonly [K in keyof Omit<ArmedFault, 'id' | 'kind'>]?: ArmedFault[K] | undefined
}

/** A request to the API, or an event that is about to be delivered. */
export type FaultTarget = { readonly method: string; readonly path: string } | { readonly event: string }

const kinds: readonly string[] = [...requestFaults, ...webhookFaults]
const isKind = (kind: string): kind is Fault['kind'] => kinds.includes(kind)
export const isWebhookFault = (kind: Fault['kind']): kind is WebhookFault => webhookFaults.some((each) => each === kind)

const longestMs = 60_000
const usualMs = 1_000

/** Undefined when there is no such fault or the time is not from 0 to 60,000 ms. */
export const fault = (kind: string, ms: number = usualMs): Fault | undefined =>
  isKind(kind) && ms >= 0 && ms <= longestMs ? { kind, ms } : undefined

/** Reads `latency=500, response-lost`; undefined when any of it is not a fault. */
export function faultsInHeader(header: string): Fault[] | undefined {
  if (header.trim() === '') return []
  const faults = header.split(',').map((item) => {
    const [kind = '', ms] = item.trim().split('=')
    return fault(kind, ms === undefined ? undefined : Number(ms))
  })
  return faults.every((each) => each !== undefined) ? faults : undefined
}

/** The faults that hit this target, and those that stay armed afterwards. `random` gives a number from 0 to 1. */
export function trigger(
  armed: readonly ArmedFault[],
  target: FaultTarget,
  random: () => number,
): { hit: readonly Fault[]; left: readonly ArmedFault[] } {
  const hit: Fault[] = []
  const left: ArmedFault[] = []
  for (const each of armed) {
    if (!matches(each, target) || (each.probability < 1 && random() >= each.probability)) {
      left.push(each)
      continue
    }
    hit.push({ kind: each.kind, ms: each.ms })
    if (each.times > 1) left.push({ ...each, times: each.times - 1 })
  }
  return { hit, left }
}

function matches({ kind, method, path, event }: ArmedFault, target: FaultTarget): boolean {
  if ('event' in target) return isWebhookFault(kind) && (event === null || event === target.event)
  if (isWebhookFault(kind)) return false
  if (method && method !== target.method) return false
  if (!path) return true
  const pattern = path.split('/')
  const parts = target.path.split('/')
  return pattern.length === parts.length && pattern.every((part, index) => part === '*' || part === parts[index])
}
