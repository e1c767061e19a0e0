/** Subscriptions with common client libraries. */
import { ApolloClient, CombinedProtocolErrors, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createClient as createSseClient } from 'graphql-sse'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { live, more, publish, upstreamSubscriptions } from './event-feed.ts'
import { startGraph, type TestGraph } from './graph.ts'
import { now, startIssuer, type TestIssuer } from './tokens.ts'
import { until } from './until.ts'

let issuer: TestIssuer
let graph: TestGraph
beforeAll(async () => {
  issuer = await startIssuer()
  graph = await startGraph({ live, more }, { tokenIssuer: issuer.tokenIssuer })
})
afterAll(async () => {
  await graph.stop()
  await issuer.stop()
})

const query = gql`
  subscription Changed($with: Boolean!) {
    changed {
      __typename
      id
      ...Details
    }
  }
  fragment Details on Thing {
    size
    owner @include(if: $with) {
      name
    }
  }
`
const thing = (id: string) => ({
  changed: { __typename: 'Thing', id, size: id.length, owner: { __typename: 'Owner', name: `owner of ${id}` } },
})

describe('Apollo Client', () => {
  const heardBy = (link: HttpLink | GraphQLWsLink) => {
    const client = new ApolloClient({ link, cache: new InMemoryCache() })
    const received: { readonly events: unknown[]; error: unknown; complete: boolean } = {
      events: [],
      error: undefined,
      complete: false,
    }
    const subscription = client.subscribe({ query, variables: { with: true } }).subscribe({
      next: ({ data, error }) => {
        if (error) received.error = error
        else received.events.push(data)
      },
      complete: () => {
        received.complete = true
      },
    })
    return { received, client, stop: () => subscription.unsubscribe() }
  }

  it('reads events over multipart, and ends them', async () => {
    const { received, stop } = heardBy(new HttpLink({ uri: graph.url }))
    await until(() => upstreamSubscriptions() === 1)
    publish('a')
    publish('bb')
    await until(() => received.events.length === 2)
    expect(received).toEqual({ events: [thing('a'), thing('bb')], error: undefined, complete: false })
    stop()
    await until(() => upstreamSubscriptions() === 0)
  })

  it('takes the end of a token over multipart for an error of the protocol, not of an event', async () => {
    const token = await issuer.token({}, { expires: now() - 28 })
    const { received } = heardBy(new HttpLink({ uri: graph.url, headers: { authorization: `Bearer ${token}` } }))
    await until(() => received.complete)
    expect(CombinedProtocolErrors.is(received.error)).toBe(true)
    expect(String(received.error)).toContain('expired')
    expect(received.events).toEqual([])
  })

  it('reads events over GraphQLWsLink, and ends them', async () => {
    const ws = createClient({ url: graph.url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 })
    const { received, stop } = heardBy(new GraphQLWsLink(ws))
    await until(() => upstreamSubscriptions() === 1)
    publish('a')
    await until(() => received.events.length === 1)
    expect(received).toEqual({ events: [thing('a')], error: undefined, complete: false })
    stop()
    await until(() => upstreamSubscriptions() === 0)
    await ws.dispose()
  })

  it('sends queries over the same link', async () => {
    const client = new ApolloClient({ link: new HttpLink({ uri: graph.url }), cache: new InMemoryCache() })
    const { data } = await client.query({ query: gql`{ owner { name } }` })
    expect(data).toEqual({ owner: { __typename: 'Owner', name: 'x' } })
  })
})

describe('graphql-ws', () => {
  it('reconnects with a new token when the old one has expired, and continues', async () => {
    const tokens = [await issuer.token({}, { expires: now() - 28 }), await issuer.token()]
    let connections = 0
    const client = createClient({
      url: graph.url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryWait: async () => undefined,
      connectionParams: () => ({ authorization: `Bearer ${tokens[Math.min(connections++, 1)]}` }),
    })
    const events: unknown[] = []
    const stop = client.subscribe(
      { query: 'subscription { changed { seenBy } }' },
      { next: ({ data }) => events.push(data), error: () => undefined, complete: () => undefined },
    )
    await until(() => connections === 2 && upstreamSubscriptions() === 1)
    publish('a')
    await until(() => events.length === 1)
    expect(events).toEqual([{ changed: { seenBy: 'customer r1' } }])
    stop()
    await client.dispose()
    await until(() => upstreamSubscriptions() === 0)
  })
})

describe('graphql-sse', () => {
  it('receives events of several subscriptions, and ends each', async () => {
    const client = createSseClient({ url: graph.url, retryAttempts: 0 })
    const events: unknown[][] = [[], []]
    const stops = events.map((received, index) =>
      client.subscribe(
        { query: `subscription { c${index}: changed { id } }` },
        { next: ({ data }) => received.push(data), error: () => undefined, complete: () => undefined },
      ),
    )
    await until(() => upstreamSubscriptions() === 2)
    publish('a')
    await until(() => events.every(({ length }) => length === 1))
    expect(events).toEqual([[{ c0: { id: 'a' } }], [{ c1: { id: 'a' } }]])
    stops[0]?.()
    await until(() => upstreamSubscriptions() === 1)
    publish('b')
    await until(() => events[1]?.length === 2)
    expect(events[0]).toHaveLength(1)
    client.dispose()
    await until(() => upstreamSubscriptions() === 0)
  })
})
