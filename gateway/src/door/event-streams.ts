/**
 * Subscriptions over HTTP: server-sent events (https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md, distinct
 * connections) and multipart (https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol).
 */
import type { ServerResponse } from 'node:http'
import { type Log, type Step, traceparent } from '@holdfast/service/process'
import type { AdmittedOperation } from '../admission.ts'
import { type Caller, whenWithdrawn } from '../caller.ts'
import type { Fault } from '../execute/trouble.ts'
import type { Meter } from '../meter.ts'
import { brokenAnswer } from '../subgraph/answer.ts'
import type { Channels } from '../subscriptions/channels.ts'
import { atExpiry, oneByOne } from '../subscriptions/leaving.ts'
import { countClient, cutOffs, type EndReason } from '../subscriptions/measures.ts'
import { outlet } from '../subscriptions/outlet.ts'
import { wireOver } from '../subscriptions/wire.ts'
import type { StreamType } from './media-type.ts'

export interface EventStreams extends Step {
  /** Streams a subscription until it or the client ends. */
  serve(response: ServerResponse, type: StreamType, admitted: AdmittedOperation, caller: Caller): undefined
  /** Sends one response as a stream of one. */
  once(response: ServerResponse, type: StreamType, body: string): undefined
}

const beatMs = 12_000 // Proxies give up connections on which nothing comes for half a minute.
const unreadBeats = 5 // A client on which so many wait in line has not read for a minute.

interface Framing {
  readonly contentType: string
  readonly begin: string
  readonly event: (payload: string) => string
  /** The stream is given up because of this. */
  readonly fault: (fault: Fault) => string
  readonly beat: string
  readonly end: string
}

const boundary = '\r\n--graphql'
/** The boundary stands behind each part: only by it clients know that the part is whole. */
const part = (json: string): string => `\r\ncontent-type: application/json\r\n\r\n${json}${boundary}`

const framings: Readonly<Record<StreamType, Framing>> = {
  'text/event-stream': {
    contentType: 'text/event-stream; charset=utf-8',
    begin: '',
    event: (payload) => `event: next\ndata: ${payload}\n\n`,
    fault: (fault) => `event: next\ndata: ${JSON.stringify({ errors: [fault] })}\n\n`,
    beat: ':\n\n',
    end: 'event: complete\ndata: \n\n',
  },
  'multipart/mixed': {
    contentType: 'multipart/mixed; boundary=graphql; subscriptionSpec=1.0',
    begin: boundary,
    event: (payload) => part(`{"payload":${payload}}`),
    // Apollo's clients take a payload's errors for those of an event, and these for the end.
    fault: (fault) => part(JSON.stringify({ payload: null, errors: [fault] })),
    beat: part('{}'),
    end: '--\r\n',
  },
}

const unauthenticated = (message: string): Fault => ({ message, extensions: { code: 'UNAUTHENTICATED' } })
const expired = unauthenticated('The token has expired. Sign in again.')
const changed = unauthenticated('The API key has changed; ask again.')

export function eventStreams(channels: Channels, meter: Meter, log: Log): EventStreams {
  const open = new Set<() => void>()

  const begin = (response: ServerResponse, type: StreamType): Framing => {
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
    stop: async () => {
      await oneByOne([...open], (letGo) => letGo())
    },

    once: (response, type, body) => {
      const framing = begin(response, type)
      response.end(framing.event(body) + framing.end)
    },

    serve: (response, type, { prepared, whenRefused }, caller) => {
      const { viewer, expiresAt } = caller
      if (response.destroyed) return // Whoever asked left while we looked at the token; nothing would ever end this.
      const framing = begin(response, type)
      response.flushHeaders()
      const counted = countClient('sse')
      const measured = meter.begin('sse', prepared)
      let unread = 0
      let leave: () => void = () => undefined
      // What was sent before an end may lie unread for long, and nothing may be written behind it.
      const write = (frame: string, sent?: () => void) => {
        if (!response.writableEnded) response.write(frame, sent)
      }
      const end = (reason: EndReason, fault?: Fault) => {
        counted(reason)
        measured.end(fault && [fault])
        events.close()
        leave()
        if (!response.destroyed && !response.writableEnded)
          response.end(fault ? framing.fault(fault) + framing.end : framing.end)
      }
      const events = outlet(
        wireOver({ pending: () => response.writableLength, write }),
        framing.event,
        ({ reason, fault }) => end(reason, fault),
      )
      const beat = setInterval(() => {
        if (unread >= unreadBeats) {
          cutOffs.inc({ door: 'sse' })
          response.destroy()
        }
        unread++
        write(framing.beat, () => {
          unread = 0
        })
      }, beatMs)
      const expiry = atExpiry(expiresAt, () => end('token expired', expired))
      const forgets = [
        whenWithdrawn(caller, () => end('key changed', changed)),
        whenRefused((fault) => end('not published', fault)),
      ]
      const letGo = () => end('gateway stops')
      open.add(letGo)
      response.once('close', () => {
        for (const forget of forgets) forget()
        clearInterval(beat)
        clearTimeout(expiry)
        open.delete(letGo)
        end('left')
      })
      if (response.writableEnded) return // The key or the operation was withdrawn while we looked at it.
      try {
        leave = channels.join(prepared, viewer, traceparent(), events)
      } catch (err) {
        log.error({ err }, 'subscription failed')
        end('refused', brokenAnswer)
      }
    },
  }
}
