import { createServer } from 'node:net'

// Linux gives ports from 32768 to outgoing connections. A server that is killed and started again must find its port
// free, so these are below.
const firstPort = 20_000
const lastPort = 32_000

/** A port on 127.0.0.1 that nothing listens on now, and that no outgoing connection will take. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = firstPort + Math.floor(Math.random() * (lastPort - firstPort))
    if (await isFree(port)) return port
  }
  throw new Error(`No free port found between ${firstPort} and ${lastPort}`)
}

/** Whether a server could listen on this port now. */
export const isFree = async (port: number) => (await listenError(port, '127.0.0.1')) === undefined

/** Whether something listens on this port now. False also for an address that this machine does not have. */
export const isTaken = async (port: number, host: string) => (await listenError(port, host)) === 'EADDRINUSE'

function listenError(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code))
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(undefined)))
  })
}
