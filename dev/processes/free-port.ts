import { createServer } from 'node:net'

// Linux hands out 32768 and above to outgoing connections. A server that is killed and comes back must find its port
// free, so ours lie below.
const firstPort = 20_000
const lastPort = 32_000

/** A port on 127.0.0.1 that nobody listens on now, and which no outgoing connection will take. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = firstPort + Math.floor(Math.random() * (lastPort - firstPort))
    if (await isFree(port)) return port
  }
  throw new Error(`No free port found between ${firstPort} and ${lastPort}`)
}

/** Whether a server could listen on this port of 127.0.0.1 now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)))
  })
}
