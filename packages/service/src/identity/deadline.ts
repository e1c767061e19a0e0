/**
 * Until when the gateway waits, as it says it to a subgraph. A subgraph that slept longer begins nothing then: whoever asked
 * was told that it is away, and may have gone elsewhere.
 */
export const deadlineHeader = 'x-request-deadline'

const clocksDifferMs = 2_000 // at most, or the subgraph would refuse what is still waited for

/** Whether nobody waits any more; `deadline` is the header's value, milliseconds since 1970. */
export const isOver = (deadline: string | undefined, now = Date.now()): boolean =>
  Number(deadline ?? Number.POSITIVE_INFINITY) + clocksDifferMs < now
