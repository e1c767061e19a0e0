/**
 * How long the gateway waits for a subgraph: until this moment, in milliseconds since 1970. A subgraph that receives the
 * request later begins nothing: the client was already told that the subgraph is unavailable.
 */
export const deadlineHeader = 'x-request-deadline'

const clockDifferenceMs = 2_000 // Clocks may differ by this much; a smaller number would refuse requests in time.

/** Whether the gateway no longer waits; `deadline` is the header's value. */
export const isPastDeadline = (deadline: string | undefined, now = Date.now()): boolean =>
  Number(deadline ?? Number.POSITIVE_INFINITY) + clockDifferenceMs < now
