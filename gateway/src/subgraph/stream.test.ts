import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLog } from '@holdfast/service'
import { afterEach, describe, expect, it } from '@jest/globals'
import { WebSocketServer } from 'ws'
import { requestText } from '../plan/request-text.ts'
import { openStream, type Stream, type StreamRequest } from './stream.ts'

const request: StreamRequest = {
  text: requestText('subscription { a }', undefined, []),
  variables: {},
  viewer: { role: 'anonymous', id: '', scopes: [] },
  traceparent: undefined,
}

let server: WebSocketServer | undefined
let stream: Stream | undefined
afterEach(async () => {
  await stream?.close()
  server?.close()
})

/** Tells each subscription one event and then closes the socket. */
async function subgraph(code: number): Promise<{ readonly url: string; readonly asked: number[] }> {
  const asked: number[] = []
  server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'graphql-transport-ws' })
  server.on('connection', (socket) => {
    const send = (message: object) => socket.send(JSON.stringify(message))
    socket.on('message', (text) => {
      const { type, id } = JSON.parse(String(text))
      if (type === 'connection_init') send({ type: 'connection_ack' })
      if (type !== 'subscribe') return
      asked.push(Date.now())
      send({ type: 'next', id, payload: { data: { a: asked.length } } })
      setTimeout(() => socket.close(code), 10)
    })
  })
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, asked }
}

describe('a subgraph that closes the socket', () => {
  it.each([
    ['again and again is left more and more time', 1012],
    ['as if all were well is treated no better', 1000],
  ])('%s', async (_, code) => {
    const { url, asked } = await subgraph(code)
    stream = openStream('flaky', url, { secret: undefined, told: 'all', log: createLog('test', 'silent') })
    const events: string[] = []
    const stop = stream.subscribe(request, {
      next: () => void events.push('next'),
      resumed: () => void events.push('resumed'),
      ended: () => void events.push('ended'),
    })
    await sleep(2_500)
    stop()
    expect(events.slice(0, 3)).toEqual(['next', 'resumed', 'next'])
    expect(events).not.toContain('ended')
    expect(asked.length).toBeGreaterThan(2)
    expect(asked.length).toBeLessThan(7)
  })
})
