import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Forwards connections to a server. While paused, connections stay open and nothing passes. */
export async function proxyTo(url: string) {
  const target = new URL(url)
  const pairs = new Set<readonly [Socket, Socket]>()
  let paused = false
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    const pair = [client, upstream] as const
    pairs.add(pair)
    for (const [from, to] of [pair, [upstream, client] as const]) {
      from.on('data', (chunk) => to.write(chunk))
      from.on('error', () => to.destroy())
      from.on('close', () => {
        to.destroy()
        pairs.delete(pair)
      })
      if (paused) from.pause()
    }
  })
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  const port = await listen(0)
  const through = new URL(url)
  through.port = String(port)
  const cut = () => {
    for (const socket of [...pairs].flat()) socket.destroy()
  }

  const set = (pause: boolean) => {
    paused = pause
    for (const socket of [...pairs].flat()) pause ? socket.pause() : socket.resume()
  }
  return {
    url: through.href,
    pause: () => set(true),
    resume: () => set(false),
    /** Breaks every open connection. */
    cut,
    /** As if the server were not there at all. */
    close: () => {
      cut()
      server.close()
    },
    open: () => listen(port),
  }
}
