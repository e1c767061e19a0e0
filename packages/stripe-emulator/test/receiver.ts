import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly body: string
  readonly signature: string
  readonly type: string
  readonly id: string
  readonly pending: number
}

/** An endpoint for events. `answer` gives the status for each, 200 when it is not set. */
export async function startReceiver(answer: (event: Received) => number | Promise<number> = () => 200) {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { type, id, pending_webhooks } = JSON.parse(body)
    const event = { body, type, id, pending: pending_webhooks, signature: String(request.headers['stripe-signature']) }
    received.push(event)
    response.writeHead(await answer(event)).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`
  return {
    url,
    received,
    /** Waits until this many have come, at most 5 s. */
    async seen(count: number): Promise<readonly Received[]> {
      await until(() => received.length >= count)
      return received
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** Waits until the condition is true, at most 5 s. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('waited 5 s in vain')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
