/** Calls back once for each way of being asked to end: Ctrl-C, SIGTERM, a closed terminal, or the end of the bootstrap that
 * runs us. A terminal's Ctrl-C comes twice, from itself and from npm; the callback must bear that. */
export function onStopRequest(stop: (signal: NodeJS.Signals) => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  process.on('disconnect', () => stop('SIGTERM'))
}
