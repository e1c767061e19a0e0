/** Calls back for each request to stop: Ctrl-C, SIGTERM, a closed terminal, or the end of the bootstrap that started this
 * process. Ctrl-C in a terminal comes twice, from the terminal and from npm, so the callback must tolerate repetition. */
export function onStopRequest(stop: (signal: NodeJS.Signals) => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  process.on('disconnect', () => stop('SIGTERM'))
}
