/**
 * Subscriptions over HTTP: server-sent events (https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md, distinct
 * connections) and multipart (https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol).
 */
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Step, traceparent } from '@holdfast/service'
import type { Prepared } from '../answering.ts'
import { type Caller, whenWithdrawn } from '../caller.ts'
import { clients, type Meter } from '../meter.ts'
import type { Channels } from '../subscriptions/channels.ts'
import { outlet } from '../subscriptions/outlet.ts'
import type { StreamType } from './media-type.ts'

export interface EventStreams extends Step {
  /** Streams a subscription until it or the client ends. */
  serve(response: ServerResponse, type: StreamType, prepared: Prepared, caller: Caller): undefined
  /** Sends one response as a stream of one. */
  once(response: ServerResponse, type: StreamType, body: string): undefined
}

const beatMs = 12_000 // Proxies give up connections on which nothing comes for half a minute.
const drainMs = 3_000
const letGoMs = 20
const longestTimerMs = 2 ** 31 - 1

interface Framing {
  readonly contentType: string
  readonly event: (payload: string) => string
  readonly beat: string
  readonly end: string
}

const framings: Readonly<Record<StreamType, Framing>> = {
  'text/event-stream': {
    contentType: 'text/event-stream; charset=utf-8',
    event: (payload) => `event: next\ndata: ${payload}\n\n`,
    beat: ':\n\n',
    end: 'event: complete\ndata: \n\n',
  },
  'multipart/mixed': {
    contentType: 'multipart/mixed; boundary=graphql; subscriptionSpec=1.0',
    event: (payload) => `\r\n--graphql\r\ncontent-type: application/json\r\n\r\n{"payload":${payload}}`,
    beat: '\r\n--graphql\r\ncontent-type: application/json\r\n\r\n{}',
    end: '\r\n--graphql--\r\n',
  },
}

const unauthenticated = (message: string): string =>
  JSON.stringify({ errors: [{ message, extensions: { code: 'UNAUTHENTICATED' } }] })
const expired = unauthenticated('The token has expired. Sign in again.')
const changed = unauthenticated('The API key has changed; ask again.')

export function eventStreams(channels: Channels, meter: Meter): EventStreams {
  const open = new Set<() => void>()

  const begin = (response: ServerResponse, type: StreamType): Framing => {
    const framing = framings[type]
    response.writeHead(200, {
      'content-type': framing.contentType,
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    })
    return framing
  }

  return {
    name: 'event streams',
    start: () => undefined,
    stop: async () => {
      const leaving = [...open]
      for (const end of leaving) {
        end()
        await sleep(Math.min(drainMs / leaving.length, letGoMs))
      }
    },

    once: (response, type, body) => {
      const framing = begin(response, type)
      response.end(framing.event(body) + framing.end)
    },

    serve: (response, type, prepared, caller) => {
      const { viewer, expiresAt } = caller
      if (response.destroyed) return // Whoever asked left while we looked at the token; nothing would ever end this.
      const framing = begin(response, type)
      response.flushHeaders()
      const measured = meter.begin('sse', prepared)
      clients.inc({ door: 'sse' })
      const wire = {
        pending: () => response.writableLength,
        send: (frame: string, sent?: () => void) => {
          if (response.writable) response.write(frame, sent)
        },
      }
      const end = (last = '') => {
        if (response.writable) response.end(last + framing.end)
      }
      const leave = channels.join(
        prepared,
        viewer,
        traceparent(),
        outlet(wire, framing.event, () => end()),
      )
      const beat = setInterval(() => wire.send(framing.beat), beatMs)
      const expiry =
        expiresAt === undefined
          ? undefined
          : setTimeout(() => end(framing.event(expired)), Math.min(expiresAt - Date.now(), longestTimerMs))
      const forget = whenWithdrawn(caller, () => end(framing.event(changed)))
      const letGo = () => end()
      open.add(letGo)
      response.once('close', () => {
        forget()
        clearInterval(beat)
        clearTimeout(expiry)
        open.delete(letGo)
        leave()
        clients.dec({ door: 'sse' })
        measured.end()
      })
    },
  }
}
