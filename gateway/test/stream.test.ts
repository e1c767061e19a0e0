import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createClient } from 'graphql-sse'
import { listening, live, more, publish } from './feed.ts'
import { startGraph, type TestGraph } from './graph.ts'
import { now, startIssuer, type TestIssuer } from './tokens.ts'

let issuer: TestIssuer
let graph: TestGraph
beforeAll(async () => {
  issuer = await startIssuer()
  graph = await startGraph({ live, more }, { tokens: issuer.tokens })
})
afterAll(async () => {
  await graph.stop()
  await issuer.stop()
})

const until = async (condition: () => boolean) => {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 400) throw new Error('it did not come to pass')
    await sleep(10)
  }
}

describe('server-sent events', () => {
  it('carry a subscription with its identity, and end with the client', async () => {
    const token = await issuer.token()
    const client = createClient({ url: graph.url, headers: { authorization: `Bearer ${token}` }, retryAttempts: 0 })
    const events = client.iterate({ query: 'subscription { changed { id seenBy } }' })
    const first = events.next()
    await until(() => listening() === 1)
    publish('a')
    expect(await first).toMatchObject({ value: { data: { changed: { id: 'a', seenBy: 'rider r1' } } } })
    await events.return?.()
    await until(() => listening() === 0)
  })

  it('carry queries and errors too', async () => {
    const client = createClient({ url: graph.url, retryAttempts: 0 })
    const once = async (query: string) => {
      const events = []
      for await (const event of client.iterate({ query })) events.push(event)
      return events
    }
    expect(await once('{ owner { name } }')).toEqual([{ data: { owner: { name: 'x' } } }])
    expect(await once('{ nothing }')).toMatchObject([
      { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
    ])
    client.dispose()
  })

  it('end when the token does', async () => {
    const token = await issuer.token({}, { expires: now() - 28 })
    const response = await graph.post(
      { query: 'subscription { changed { id } }' },
      { accept: 'text/event-stream', authorization: `Bearer ${token}` },
    )
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    expect(await response.text()).toBe(
      'event: next\ndata: {"errors":[{"message":"The token has expired. Sign in again.","extensions":{"code":"UNAUTHENTICATED"}}]}\n\nevent: complete\ndata: \n\n',
    )
    await until(() => listening() === 0)
  })
})

it('multipart carries a subscription as Apollo clients read it', async () => {
  const response = await graph.post(
    { query: 'subscription { either { __typename } }' },
    { accept: 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json' },
  )
  expect(response.headers.get('content-type')).toBe('multipart/mixed; boundary=graphql; subscriptionSpec=1.0')
  const part = (type: string) =>
    `\r\n--graphql\r\ncontent-type: application/json\r\n\r\n{"payload":{"data":{"either":{"__typename":"${type}"}}}}`
  expect(await response.text()).toBe(`${part('Thing')}${part('Other')}\r\n--graphql--\r\n`)
})

it('a subscription is not answered as one response', async () => {
  const response = await graph.post({ query: 'subscription { changed { id } }' })
  expect(response.status).toBe(406)
})
