/**
 * Subscriptions over HTTP: server-sent events (https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md, distinct connections)
 * and multipart (https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol).
 */
import type { ServerResponse } from 'node:http'
import { type Log, traceparent } from '@holdfast/service/process'
import type { AdmittedOperation } from '../admission/admit.ts'
import type { ResponseError } from '../core/errors.ts'
import { credentials, internalError } from '../core/messages.ts'
import { type Requester, whenExpired, whenKeyChanged } from '../core/requester.ts'
import type { Measure } from '../metrics/requests.ts'
import { countClient, cutOffs, type EndReason } from '../metrics/subscriptions.ts'
import type { Channels } from '../subscriptions/channels.ts'
import { clientQueue } from '../subscriptions/client-queue.ts'
import { clientConnection } from '../subscriptions/connection.ts'
import { staggered } from '../subscriptions/staggered.ts'
import type { StreamType } from './media-type.ts'

export type EventStreams = ReturnType<typeof eventStreams>

const heartbeatMs = 12_000 // Proxies close connections that carry nothing for half a minute.
const unreadHeartbeats = 5 // A client that has this many unread has not read for a minute.

const boundary = '\r\n--graphql'
/** With the boundary behind it, because clients know only by that when a part is complete. */
const part = (json: string): string => `\r\ncontent-type: application/json\r\n\r\n${json}${boundary}`

/** `error` is for the error because of which the stream ends. */
const framings = {
  'text/event-stream': {
    contentType: 'text/event-stream; charset=utf-8',
    begin: '',
    event: (payload: string) => `event: next\ndata: ${payload}\n\n`,
    error: (error: ResponseError) => `event: next\ndata: ${JSON.stringify({ errors: [error] })}\n\n`,
    heartbeat: ':\n\n',
    end: 'event: complete\ndata: \n\n',
  },
  'multipart/mixed': {
    contentType: 'multipart/mixed; boundary=graphql; subscriptionSpec=1.0',
    begin: boundary,
    event: (payload: string) => part(`{"payload":${payload}}`),
    // Apollo's clients take errors in a payload for errors of an event, and errors beside it for the end of the stream.
    error: (error: ResponseError) => part(JSON.stringify({ payload: null, errors: [error] })),
    heartbeat: part('{}'),
    end: '--\r\n',
  },
} satisfies Readonly<Record<StreamType, unknown>>

export function eventStreams(channels: Channels, measure: Measure, log: Log) {
  const stopEach = new Set<() => void>()

  const begin = (response: ServerResponse, type: StreamType) => {
    const framing = framings[type]
    response.writeHead(200, {
      'content-type': framing.contentType,
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    })
    if (framing.begin) response.write(framing.begin)
    return framing
  }

  return {
    name: 'event streams',
    start: () => undefined,
    stop: () => staggered([...stopEach], (stop) => stop()),

    /** Sends a single response as a stream of one. */
    once: (response: ServerResponse, type: StreamType, body: string): undefined => {
      const framing = begin(response, type)
      response.end(framing.event(body) + framing.end)
    },

    /** Streams a subscription until it or the client ends. */
    serve: (
      response: ServerResponse,
      type: StreamType,
      { prepared, whenRefused }: AdmittedOperation,
      requester: Requester,
    ): undefined => {
      if (response.destroyed) return // The client has left already, so 'close' would never clean up.
      const framing = begin(response, type)
      response.flushHeaders()
      const counted = countClient('sse')
      const timed = measure('sse', prepared)
      let unread = 0
      let leave: () => void = () => undefined
      // After the end was written, nothing may be written behind it, though it may stay unread for long.
      const write = (frame: string, sent?: () => void) => {
        if (!response.writableEnded) response.write(frame, sent)
      }
      const end = (reason: EndReason, error?: ResponseError) => {
        counted(reason)
        timed(error && [error])
        queue.close()
        leave()
        if (!response.destroyed && !response.writableEnded)
          response.end(error ? framing.error(error) + framing.end : framing.end)
      }
      const queue = clientQueue(
        clientConnection(() => response.writableLength, write),
        framing.event,
        ({ reason, error }) => end(reason, error),
      )
      const heartbeat = setInterval(() => {
        if (unread >= unreadHeartbeats) {
          cutOffs.inc({ transport: 'sse' })
          response.destroy()
        }
        unread++
        write(framing.heartbeat, () => {
          unread = 0
        })
      }, heartbeatMs)
      const expiry = whenExpired(requester, () => end('token expired', credentials.expired))
      const removeListeners = [
        whenKeyChanged(requester, () => end('key changed', credentials.keyChanged)),
        whenRefused((error) => end('not published', error)),
      ]
      const stop = () => end('gateway stops')
      stopEach.add(stop)
      response.once('close', () => {
        for (const remove of removeListeners) remove()
        clearInterval(heartbeat)
        clearTimeout(expiry)
        stopEach.delete(stop)
        end('left')
      })
      if (response.writableEnded) return // The key or the operation was withdrawn during admission.
      try {
        leave = channels.join(prepared, requester.viewer, traceparent(), queue)
      } catch (err) {
        log.error({ err }, 'subscription failed')
        end('refused', internalError)
      }
    },
  }
}
