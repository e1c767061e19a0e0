/** Metrics of subscriptions. */
import { counter, gauge, histogram } from '@holdfast/service/process'

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
export const clients = gauge('gateway_subscriptions', 'Open subscriptions of clients', ['transport'])
export const started = counter('gateway_subscriptions_started_total', 'Subscriptions that clients began', ['transport'])
export const ended = counter('gateway_subscriptions_ended_total', 'Subscriptions of clients that ended', [
  'transport',
  'reason',
])
export const cutOffs = counter('gateway_clients_cut_off_total', 'Connections cut off because the client read nothing', [
  'transport',
])

export const upstreams = gauge('gateway_upstream_subscriptions', 'Open subscriptions at subgraphs', ['subgraph'])
const upstreamsStarted = counter('gateway_upstream_subscriptions_started_total', 'Subscribed at subgraphs', [
  'subgraph',
])
const upstreamsEnded = counter('gateway_upstream_subscriptions_ended_total', 'Ended at subgraphs', [
  'subgraph',
  'reason',
])
export const upstreamsResumed = counter(
  'gateway_upstream_subscriptions_resumed_total',
  'Subscribed again after the connection was lost',
  ['subgraph'],
)

export const received = counter('gateway_events_received_total', 'Events received from subgraphs', ['subgraph'])
export const resolved = counter('gateway_events_resolved_total', 'Events completed by the rest of the plan', [
  'outcome',
])
export const resolveSeconds = histogram('gateway_event_resolve_seconds', 'From an event to its answer')
export const backlogDropped = counter(
  'gateway_events_backlog_dropped_total',
  'Events dropped because they arrived faster than they were resolved',
)
export const delivered = counter('gateway_events_delivered_total', 'Events sent to clients')
export const skipped = counter('gateway_events_skipped_total', 'Events not sent because a client was too slow', [
  'policy',
])

export const queuedEvents = gauge('gateway_queued_events', 'Events that wait for slow clients')
export const queuedBytes = gauge('gateway_queued_bytes', 'Bytes of events that wait for slow clients')

/** Counts a client's subscription from its start; the returned function counts its end, once. */
export const countClient = (transport: 'sse' | 'websocket'): ((reason: EndReason) => void) =>
  count({ transport }, clients, started, ended)

/** Counts a subscription at a subgraph from its start; the returned function counts its end, once. */
export const countUpstream = (subgraph: string): ((reason: 'unused' | 'completed' | 'failed' | 'moved') => void) =>
  count({ subgraph }, upstreams, upstreamsStarted, upstreamsEnded)

function count(
  labels: Readonly<Record<string, string>>,
  now: ReturnType<typeof gauge>,
  starts: ReturnType<typeof counter>,
  ends: ReturnType<typeof counter>,
): (reason: string) => void {
  let open = true
  now.inc(labels)
  starts.inc(labels)
  return (reason) => {
    if (!open) return
    open = false
    now.dec(labels)
    ends.inc({ ...labels, reason })
  }
}
