/** A subgraph whose events the test publishes, and a second one that adds fields to them. */
import { EventEmitter, on } from 'node:events'
import type { Context, TestSubgraph } from './graph.ts'

export const feed = new EventEmitter()
feed.setMaxListeners(0)

/** The viewer of each subscription at the subgraph. */
export const subscribed: string[] = []
/** Completes all subscriptions at the subgraph. */
export const finish = (): void => void feed.emit('finish')
export const publish = (id: string, text = id): void => void feed.emit('event', { id, text })
/** Subscriptions open at the subgraph now. */
export const upstreamSubscriptions = (): number => feed.listenerCount('event')

/** The feed as a subscription. A generator could not be ended while it waits for an event. */
export function events(field: string, only?: string, first?: object): AsyncIterableIterator<object> {
  const events = on(feed, 'event', { close: ['finish'] })
  let begin = first
  const next = async (): Promise<IteratorResult<object>> => {
    if (begin) {
      const value = { [field]: begin }
      begin = undefined
      return { done: false, value }
    }
    const { done, value } = await events.next()
    if (done) return { done, value: undefined }
    return only && value[0].id !== only ? next() : { done: false, value: { [field]: value[0] } }
  }
  return {
    next,
    return: async () => {
      await events.return?.()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

export const live: TestSubgraph = {
  sdl: `
    type Query { live: Boolean }
    type Subscription {
      changed(only: ID): Thing!
      refused: Thing!
      either: Either!
    }
    union Either = Thing | Other
    type Other { reason: String! thing: Thing! }
    type Thing @key(fields: "id") { id: ID! text: String! size: Int! }
  `,
  resolvers: {
    Query: { live: () => true },
    Subscription: {
      changed: {
        subscribe: (_: unknown, { only }: { only?: string }, { viewer }: Context) => {
          subscribed.push(`${viewer.role} ${viewer.id}`)
          return events('changed', only)
        },
      },
      refused: {
        subscribe: () => {
          throw new Error('secret reason')
        },
      },
      either: {
        subscribe: async function* () {
          yield { either: { __typename: 'Thing', id: 't', text: 'text' } }
          yield { either: { __typename: 'Other', reason: 'none', thing: { id: 'o', text: 'other' } } }
        },
      },
    },
    Thing: {
      __resolveReference: ({ id }: { id: string }) => ({ id, text: `text of ${id}` }),
      size: ({ text }: { text: string }) => text.length,
    },
  },
}

export const more: TestSubgraph = {
  sdl: `
    type Query { more: Boolean  owner: Owner }
    type Thing @key(fields: "id") {
      id: ID!
      size: Int! @external
      owner: Owner
      double: Int @requires(fields: "size")
      seenBy: String!
    }
    type Owner @key(fields: "name") { name: String! }
  `,
  resolvers: {
    Query: { more: () => true, owner: () => ({ name: 'x' }) },
    Thing: {
      __resolveReference: (reference: object) => reference,
      owner: ({ id }: { id: string }) => ({ name: `owner of ${id}` }),
      double: ({ size }: { size: number }) => size * 2,
      seenBy: (_: unknown, __: unknown, { viewer }: Context) => `${viewer.role} ${viewer.id}`,
    },
  },
}
