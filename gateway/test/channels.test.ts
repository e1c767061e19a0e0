/** Channels alone: subscriptions that cannot start, clients that join late, and events that arrive late. */
import type { Viewer } from '@holdfast/service/identity'
import { createLog } from '@holdfast/service/process'
import { afterEach, describe, expect, it } from '@jest/globals'
import { defaultLimits } from '../src/core/limits.ts'
import * as metrics from '../src/metrics/subscriptions.ts'
import { operationPlanner } from '../src/operation/prepare.ts'
import type { SubscriptionEvents } from '../src/subgraph/websocket-connection.ts'
import { channels } from '../src/subscriptions/channels.ts'
import type { Subscriber } from '../src/subscriptions/client-queue.ts'
import { readGraph } from '../src/supergraph/graph.ts'
import { live, more } from './event-feed.ts'
import { supergraphOf } from './graph.ts'
import { until } from './until.ts'
import { sumOf } from './websocket-client.ts'

const log = createLog('test', 'silent')
const viewer: Viewer = { id: '', role: 'anonymous', scopes: [] }
const away = { kind: 'failed', error: { message: 'away', extensions: { code: 'UNAVAILABLE' } } } as const
/** Requests for the rest of an event; `answer` answers them. */
let requests: PromiseWithResolvers<typeof away>[] = []
const subgraphs = {
  send: () => {
    const one = Promise.withResolvers<typeof away>()
    requests.push(one)
    return one.promise
  },
  read: () => away,
}
const answer = () => {
  for (const one of requests.splice(0)) one.resolve(away)
}

function setUp(subscribe: (events: SubscriptionEvents) => () => void, urls = { live: 'http://a' }) {
  const graph = readGraph(supergraphOf({ live, more }))
  const planner = operationPlanner({ limits: defaultLimits, production: false, log })
  const shared = channels({
    subgraphs: {
      ...subgraphs,
      subscribe: (_subgraph, _request, events) => subscribe(events),
      urlOf: (name) => (name === 'live' ? urls.live : undefined),
    },
    planner,
    eventBudgetMs: 1_000,
    log,
  })
  const follow = (next = graph) => {
    planner.follow(next)
    shared.follow(next)
  }
  follow()
  const prepared = (query = 'subscription { changed { id } }') => {
    const preparation = planner.prepare({
      query,
      operationName: undefined,
      variables: {},
    })
    if (!preparation.ok) throw new Error('not valid')
    return preparation.prepared
  }
  return { shared, prepared, follow, urls }
}

function listening() {
  const received: unknown[] = []
  const listener: Subscriber = {
    event: ({ payload }, missed) => received.push([JSON.parse(payload).data?.changed?.id, missed]),
    ended: ({ reason }) => received.push(reason),
  }
  return { received, listener }
}
const upstreams = () => sumOf(metrics.upstreams)
const thing = (id: string) =>
  ({ kind: 'answered', data: { changed: { __typename: 'Thing', id } }, errors: [] }) as const

describe('a channel', () => {
  it('that cannot start leaves nothing behind, and the next one starts anew', async () => {
    let fails = true
    const { shared, prepared } = setUp((events) => {
      if (fails) throw new Error('no way')
      events.next(thing('a'), undefined)
      return () => undefined
    })
    const { received, listener } = listening()
    expect(() => shared.join(prepared(), viewer, undefined, listener)).toThrow('no way')
    expect(await upstreams()).toBe(0)
    fails = false
    const leave = shared.join(prepared(), viewer, undefined, listener)
    await until(() => received.length === 1)
    expect(received).toEqual([['a', 0]])
    expect(await upstreams()).toBe(1)
    leave()
    leave()
    expect(await upstreams()).toBe(0)
  })

  it('ignores events of a subscription that was replaced', async () => {
    const fed: SubscriptionEvents[] = []
    const stopped: number[] = []
    const { shared, prepared, follow, urls } = setUp((events) => {
      const index = fed.push(events) - 1
      return () => stopped.push(index)
    })
    const { received, listener } = listening()
    const leave = shared.join(prepared(), viewer, undefined, listener)
    fed[0]?.next(thing('a'), undefined)
    await until(() => received.length === 1)
    urls.live = 'http://b'
    follow(readGraph(supergraphOf({ live, more })))
    fed[0]?.ended() // Its connection is closed before it is replanned.
    await until(() => fed.length === 2)
    fed[0]?.next(thing('late'), undefined)
    fed[1]?.next(thing('b'), undefined)
    await until(() => received.length === 2)
    expect(received).toEqual([
      ['a', 0],
      ['b', 1],
    ])
    expect(await upstreams()).toBe(1)
    leave()
    expect(stopped).toContain(1)
    expect(await upstreams()).toBe(0)
  })

  it('that a client joins with a plan of the previous graph is replanned too', async () => {
    const fed: SubscriptionEvents[] = []
    const { shared, prepared, follow } = setUp((events) => {
      fed.push(events)
      return () => undefined
    })
    const before = prepared()
    follow(
      readGraph(
        supergraphOf({ live: { ...live, sdl: live.sdl.replace('changed(only: ID): Thing!', 'other: Int') }, more }),
      ),
    )
    const { received, listener } = listening()
    shared.join(before, viewer, undefined, listener)
    await until(() => received.length === 1)
    expect(received).toEqual(['schema changed'])
    expect(await upstreams()).toBe(0)
  })

  describe('that a client joins late', () => {
    const query = 'subscription { changed { id owner { name } } }'

    const leaves: (() => void)[] = []
    afterEach(() => {
      for (const leave of leaves.splice(0)) leave()
    })

    /** A channel with one client. `fed[0]` is the subgraph; the rest of each event waits for `answer`. */
    function early() {
      requests = []
      const fed: SubscriptionEvents[] = []
      const set = setUp((events) => {
        fed.push(events)
        return () => undefined
      })
      const { received, listener } = listening()
      const leave = set.shared.join(set.prepared(query), viewer, undefined, listener)
      leaves.push(leave)
      const feed = (id: string) => fed[0]?.next(thing(id), undefined)
      const join = () => {
        const late = listening()
        const leaveToo = set.shared.join(set.prepared(query), viewer, undefined, late.listener)
        leaves.push(leaveToo)
        return { received: late.received, leave: leaveToo }
      }
      return { ...set, fed, received, leave, feed, join }
    }

    it('delivers later events, and not one that was being resolved', async () => {
      const { fed, received, feed, join } = early()
      feed('a')
      feed('b')
      await until(() => requests.length === 1)
      const late = join()
      feed('c')
      await until(() => {
        answer()
        return received.length === 3
      })
      expect(received).toEqual([
        ['a', 0],
        ['b', 0],
        ['c', 0],
      ])
      expect(late.received).toEqual([['c', 0]])
      expect(fed).toHaveLength(1)
    })

    it('reports only gaps after it joined', async () => {
      const { fed, received, feed, join } = early()
      fed[0]?.resumed()
      const late = join()
      feed('a')
      await until(() => {
        answer()
        return late.received.length === 1
      })
      const later = join()
      fed[0]?.resumed()
      feed('b')
      await until(() => {
        answer()
        return later.received.length === 1
      })
      expect(received).toEqual([
        ['a', 1],
        ['b', 1],
      ])
      expect(late.received).toEqual([
        ['a', 0],
        ['b', 1],
      ])
      expect(later.received).toEqual([['b', 1]])
    })

    it('counts the dropped backlog as missed for each member', async () => {
      const { received, feed, join } = early()
      feed('first')
      await until(() => requests.length === 1)
      for (let number = 0; number < 100; number++) feed(String(number))
      const late = join()
      for (let number = 100; number < 400; number++) feed(String(number))
      await until(() => {
        answer()
        return received.length === 257 && late.received.length === 256
      })
      // 256 wait, which are the last of 400.
      expect(received.slice(0, 2)).toEqual([
        ['first', 0],
        ['144', 144],
      ])
      expect(late.received[0]).toEqual(['144', 44])
      expect(received.at(-1)).toEqual(['399', 0])
    })

    it('does not accept it after the subgraph has completed', async () => {
      const { fed, received, feed, join } = early()
      feed('a')
      await until(() => requests.length === 1)
      fed[0]?.ended()
      const late = join()
      expect(fed).toHaveLength(2)
      await until(() => {
        answer()
        return received.length === 2
      })
      expect(received).toEqual([['a', 0], 'completed'])
      expect(late.received).toEqual([])
    })

    it('accepts it after a new graph, also before the channel was replanned', async () => {
      const { fed, received, feed, join, follow } = early()
      feed('a')
      await until(() => requests.length === 1)
      follow(readGraph(supergraphOf({ live, more })))
      const late = join()
      await until(() => {
        answer()
        return received.length === 1
      })
      const later = join()
      feed('b')
      await until(() => {
        answer()
        return later.received.length === 1
      })
      expect(received).toEqual([
        ['a', 0],
        ['b', 0],
      ])
      expect(late.received).toEqual([['b', 0]])
      expect(later.received).toEqual([['b', 0]])
      expect(fed).toHaveLength(1)
    })

    it('continues for it when the others have left', async () => {
      const { fed, received, feed, join, leave } = early()
      const late = join()
      feed('a')
      await until(() => requests.length === 1)
      leave()
      answer()
      await until(() => late.received.length === 1)
      expect(received).toEqual([])
      expect(await upstreams()).toBe(1)
      late.leave()
      expect(await upstreams()).toBe(0)
      join().leave()
      expect(fed).toHaveLength(2)
      expect(await upstreams()).toBe(0)
    })
  })

  it('is refused when the subgraph refuses it', async () => {
    const fed: SubscriptionEvents[] = []
    const { shared, prepared } = setUp((events) => {
      fed.push(events)
      return () => undefined
    })
    const { received, listener } = listening()
    shared.join(prepared(), viewer, undefined, listener)
    fed[0]?.ended(away)
    await until(() => received.length === 2)
    expect(received).toEqual([[undefined, 0], 'refused'])
  })
})
