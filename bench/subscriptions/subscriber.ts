/** A minimal graphql-transport-ws client over a TCP socket. A process runs thousands, so each must cost almost nothing. */
import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { subscription } from '../sample-subgraphs/operations.ts'

export interface Subscriber {
  /** Resolves when the server has accepted the subscription. */
  readonly subscribed: Promise<void>
  close(): void
}

const readBuffer = Buffer.alloc(65_536) // Shared: each read is consumed before the next one.
const endOfHeaders = '\r\n\r\n'
const opcode = { text: 0x1, close: 0x8, ping: 0x9, pong: 0xa } as const

/** `onEvent` receives each `next` message. The buffer is valid only during the call. */
export function subscribe(
  port: number,
  onEvent: (message: Buffer) => void,
  onFailure: (reason: string) => void,
): Subscriber {
  const { promise: subscribed, resolve, reject } = Promise.withResolvers<void>()
  let incomplete: Buffer | undefined
  let upgraded = false
  let closing = false
  const fail = (reason: string) => {
    if (closing) return
    closing = true
    reject(new Error(reason))
    onFailure(reason)
    socket.destroy()
  }

  const onRead = (chunk: Buffer) => {
    let bytes = incomplete ? Buffer.concat([incomplete, chunk]) : chunk
    incomplete = undefined
    if (!upgraded) {
      const end = bytes.indexOf(endOfHeaders)
      if (end === -1) incomplete = Buffer.from(bytes)
      if (end === -1) return true
      if (!bytes.subarray(0, end).includes(' 101 ')) fail(bytes.subarray(0, end).toString())
      upgraded = true
      socket.write(frame(opcode.text, '{"type":"connection_init"}'))
      bytes = bytes.subarray(end + endOfHeaders.length)
    }
    let offset = 0
    for (let next = frameAt(bytes, offset); next; next = frameAt(bytes, offset)) {
      onFrame(next.opcode, bytes.subarray(next.from, next.to))
      offset = next.to
    }
    if (offset < bytes.length) incomplete = Buffer.from(bytes.subarray(offset))
    return true
  }

  const onFrame = (code: number, payload: Buffer) => {
    if (code === opcode.ping) socket.write(frame(opcode.pong, payload.toString()))
    else if (code === opcode.close) fail(`closed by the server: ${payload.subarray(2)}`)
    else if (payload.includes('"type":"next"')) onEvent(payload)
    else if (payload.includes('"type":"connection_ack"')) {
      const message = { id: randomUUID(), type: 'subscribe', payload: { query: subscription } }
      // A server reads the messages of a socket in order, so its pong shows that it has read the subscription.
      socket.write(Buffer.concat([frame(opcode.text, JSON.stringify(message)), frame(opcode.text, '{"type":"ping"}')]))
    } else if (payload.includes('"type":"pong"')) resolve()
    else if (!payload.includes('"type":"ping"')) fail(payload.toString())
  }

  const socket = connect({
    port,
    host: '127.0.0.1',
    noDelay: true,
    onread: { buffer: readBuffer, callback: (length) => onRead(readBuffer.subarray(0, length)) },
  })
  socket.on('error', (err) => fail(err.message))
  socket.on('close', () => fail('the socket closed'))
  socket.on('connect', () =>
    socket.write(
      `GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
        `Sec-WebSocket-Key: ${Buffer.from(randomUUID().slice(0, 16)).toString('base64')}\r\n` +
        `Sec-WebSocket-Protocol: graphql-transport-ws${endOfHeaders}`,
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

/**
 * The opcode of the frame at `start`, and where its payload starts and ends; undefined if the frame is incomplete. Servers
 * do not mask frames (RFC 6455 §5.1), and these servers do not fragment messages.
 */
function frameAt(bytes: Buffer, start: number): { opcode: number; from: number; to: number } | undefined {
  if (start + 2 > bytes.length) return undefined
  const shortLength = (bytes[start + 1] ?? 0) & 0x7f
  const headerLength = shortLength < 126 ? 2 : shortLength === 126 ? 4 : 10
  const from = start + headerLength
  if (from > bytes.length) return undefined
  const length =
    shortLength < 126
      ? shortLength
      : shortLength === 126
        ? bytes.readUInt16BE(start + 2)
        : Number(bytes.readBigUInt64BE(start + 2))
  const to = from + length
  return to > bytes.length ? undefined : { opcode: (bytes[start] ?? 0) & 0x0f, from, to }
}

/** A frame of a client. Clients must mask (RFC 6455 §5.1); a mask of zeros leaves the payload as it is. */
function frame(code: number, text: string): Buffer {
  const payload = Buffer.from(text)
  const header = payload.length < 126 ? Buffer.alloc(6) : Buffer.alloc(8)
  header[0] = 0x80 | code
  header[1] = 0x80 | Math.min(payload.length, 126)
  if (payload.length >= 126) header.writeUInt16BE(payload.length, 2)
  return Buffer.concat([header, payload])
}
