/** What is counted of subscriptions. */
import { counter, gauge, histogram } from '@holdfast/service/process'

/** Where a client listens. */
export type StreamDoor = 'sse' | 'websocket'

/** Why a client's subscription is over. */
export type EndReason =
  | 'left'
  | 'completed'
  | 'refused'
  | 'too slow'
  | 'token expired'
  | 'key changed'
  | 'not published'
  | 'schema changed'
  | 'gateway stops'

export const sockets = gauge('gateway_websockets', 'Open WebSockets of clients')
export const clients = gauge('gateway_subscriptions', 'Open subscriptions of clients', ['door'])
export const started = counter('gateway_subscriptions_started_total', 'Subscriptions of clients that began', ['door'])
export const ended = counter('gateway_subscriptions_ended_total', 'Subscriptions of clients that ended', [
  'door',
  'reason',
])
export const cutOffs = counter('gateway_clients_cut_off_total', 'Connections given up because nothing was read', [
  'door',
])

export const upstreams = gauge('gateway_upstream_subscriptions', 'Open subscriptions at subgraphs', ['subgraph'])
export const upstreamsStarted = counter('gateway_upstream_subscriptions_started_total', 'Subscribed at subgraphs', [
  'subgraph',
])
export const upstreamsEnded = counter('gateway_upstream_subscriptions_ended_total', 'Ended at subgraphs', [
  'subgraph',
  'reason',
])
export const upstreamsResumed = counter(
  'gateway_upstream_subscriptions_resumed_total',
  'Subscribed again after the subgraph was away',
  ['subgraph'],
)

export const received = counter('gateway_events_received_total', 'Events that came from subgraphs', ['subgraph'])
export const resolved = counter('gateway_events_resolved_total', 'Events completed by the rest of the plan', [
  'outcome',
])
export const resolveSeconds = histogram('gateway_event_resolve_seconds', 'From an event to its answer')
export const overtaken = counter('gateway_events_overtaken_total', 'Events that came faster than they were resolved')
export const delivered = counter('gateway_events_delivered_total', 'Events sent to clients')
export const leftOut = counter('gateway_events_left_out_total', 'Events that a client was too slow for', ['policy'])

export const queuedEvents = gauge('gateway_queued_events', 'Events that wait for slow clients')
export const queuedBytes = gauge('gateway_queued_bytes', 'Bytes of events that wait for slow clients')

/** Counts one client's subscription from its beginning; the returned function ends it, once. */
export function countClient(door: StreamDoor): (reason: EndReason) => void {
  let open = true
  clients.inc({ door })
  started.inc({ door })
  return (reason) => {
    if (!open) return
    open = false
    clients.dec({ door })
    ended.inc({ door, reason })
  }
}

/** Counts one subscription at a subgraph; the returned function ends it, once. */
export function countUpstream(subgraph: string): (reason: 'unused' | 'completed' | 'failed' | 'moved') => void {
  let open = true
  upstreams.inc({ subgraph })
  upstreamsStarted.inc({ subgraph })
  return (reason) => {
    if (!open) return
    open = false
    upstreams.dec({ subgraph })
    upstreamsEnded.inc({ subgraph, reason })
  }
}
