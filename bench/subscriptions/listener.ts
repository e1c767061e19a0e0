/** A client of graphql-transport-ws at next to no cost, for there are thousands of them: a socket, and frames as they come. */
import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { subscription } from '../city/graph.ts'

export interface Listener {
  /** Settles when the server has taken the subscription. */
  readonly subscribed: Promise<void>
  close(): void
}

const readBuffer = Buffer.alloc(65_536) // For all: what was read is used up before anything else is read.
const headEnd = '\r\n\r\n'
const opcode = { text: 0x1, close: 0x8, ping: 0x9, pong: 0xa } as const

/** `onEvent` gets the text of each `next` message; its bytes are good until it returns. */
export function listen(port: number, onEvent: (message: Buffer) => void, onLost: (why: string) => void): Listener {
  const { promise: subscribed, resolve, reject } = Promise.withResolvers<void>()
  let rest: Buffer | undefined
  let upgraded = false
  let closing = false
  const lost = (why: string) => {
    if (closing) return
    closing = true
    reject(new Error(why))
    onLost(why)
    socket.destroy()
  }

  const read = (chunk: Buffer) => {
    let bytes = rest ? Buffer.concat([rest, chunk]) : chunk
    rest = undefined
    if (!upgraded) {
      const end = bytes.indexOf(headEnd)
      if (end === -1) rest = Buffer.from(bytes)
      if (end === -1) return true
      if (!bytes.subarray(0, end).includes(' 101 ')) lost(bytes.subarray(0, end).toString())
      upgraded = true
      socket.write(frame(opcode.text, '{"type":"connection_init"}'))
      bytes = bytes.subarray(end + headEnd.length)
    }
    let at = 0
    for (let next = frameAt(bytes, at); next; next = frameAt(bytes, at)) {
      take(next.opcode, bytes.subarray(next.from, next.to))
      at = next.to
    }
    if (at < bytes.length) rest = Buffer.from(bytes.subarray(at))
    return true
  }

  const take = (code: number, payload: Buffer) => {
    if (code === opcode.ping) socket.write(frame(opcode.pong, payload.toString()))
    else if (code === opcode.close) lost(`closed by the server: ${payload.subarray(2)}`)
    else if (payload.includes('"type":"next"')) onEvent(payload)
    else if (payload.includes('"type":"connection_ack"')) {
      const message = { id: randomUUID(), type: 'subscribe', payload: { query: subscription } }
      // A server takes the messages of a socket in their order: who answers the ping has seen the subscription.
      socket.write(Buffer.concat([frame(opcode.text, JSON.stringify(message)), frame(opcode.text, '{"type":"ping"}')]))
    } else if (payload.includes('"type":"pong"')) resolve()
    else if (!payload.includes('"type":"ping"')) lost(payload.toString())
  }

  const socket = connect({
    port,
    host: '127.0.0.1',
    noDelay: true,
    onread: { buffer: readBuffer, callback: (length) => read(readBuffer.subarray(0, length)) },
  })
  socket.on('error', (err) => lost(err.message))
  socket.on('close', () => lost('the socket closed'))
  socket.on('connect', () =>
    socket.write(
      `GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
        `Sec-WebSocket-Key: ${Buffer.from(randomUUID().slice(0, 16)).toString('base64')}\r\n` +
        `Sec-WebSocket-Protocol: graphql-transport-ws${headEnd}`,
    ),
  )
  return {
    subscribed,
    close: () => {
      closing = true
      socket.destroy()
    },
  }
}

/** Where the first whole frame from `at` on begins and ends (RFC 6455 §5.2); servers neither mask nor, these ones, split. */
function frameAt(bytes: Buffer, at: number): { opcode: number; from: number; to: number } | undefined {
  if (at + 2 > bytes.length) return undefined
  const short = (bytes[at + 1] ?? 0) & 0x7f
  const head = short < 126 ? 2 : short === 126 ? 4 : 10
  if (at + head > bytes.length) return undefined
  const length =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
  const to = at + head + length
  return to > bytes.length ? undefined : { opcode: (bytes[at] ?? 0) & 0x0f, from: at + head, to }
}

/** A frame as a client sends it, with a mask of zeros, which changes nothing. */
function frame(code: number, text: string): Buffer {
  const payload = Buffer.from(text)
  const head = payload.length < 126 ? Buffer.alloc(6) : Buffer.alloc(8)
  head[0] = 0x80 | code
  head[1] = 0x80 | Math.min(payload.length, 126)
  if (payload.length >= 126) head.writeUInt16BE(payload.length, 2)
  return Buffer.concat([head, payload])
}
