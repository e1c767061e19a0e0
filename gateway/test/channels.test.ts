/** Channels alone: subscriptions that cannot start, clients that join late, and events that arrive late. */
import { createLog, type Viewer } from '@holdfast/service'
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
  const heard: unknown[] = []
  const listener: Subscriber = {
    event: ({ payload }, missed) => heard.push([JSON.parse(payload).data?.changed?.id, missed]),
    ended: ({ reason }) => heard.push(reason),
  }
  return { heard, listener }
}
const upstreams = () => sumOf(metrics.upstreams)
const thing = (id: string) =>
  ({ kind: 'answered', data: { changed: { __typename: 'Thing', id } }, errors: [] }) as const

describe('a channel', () => {
  it('that cannot begin leaves nothing behind, and the next one begins anew', async () => {
    let fails = true
    const { shared, prepared } = setUp((events) => {
      if (fails) throw new Error('no way')
      events.next(thing('a'), undefined)
      return () => undefined
    })
    const { heard, listener } = listening()
    expect(() => shared.join(prepared(), viewer, undefined, listener)).toThrow('no way')
    expect(await upstreams()).toBe(0)
    fails = false
    const leave = shared.join(prepared(), viewer, undefined, listener)
    await until(() => heard.length === 1)
    expect(heard).toEqual([['a', 0]])
    expect(await upstreams()).toBe(1)
    leave()
    leave()
    expect(await upstreams()).toBe(0)
  })

  it('hears no more of a subscription that it has left for another', async () => {
    const fed: SubscriptionEvents[] = []
    const stopped: number[] = []
    const { shared, prepared, follow, urls } = setUp((events) => {
      const index = fed.push(events) - 1
      return () => stopped.push(index)
    })
    const { heard, listener } = listening()
    const leave = shared.join(prepared(), viewer, undefined, listener)
    fed[0]?.next(thing('a'), undefined)
    await until(() => heard.length === 1)
    urls.live = 'http://b'
    follow(readGraph(supergraphOf({ live, more })))
    fed[0]?.ended() // Its connection is given up before its turn has come.
    await until(() => fed.length === 2)
    fed[0]?.next(thing('late'), undefined)
    fed[1]?.next(thing('b'), undefined)
    await until(() => heard.length === 2)
    expect(heard).toEqual([
      ['a', 0],
      ['b', 1],
    ])
    expect(await upstreams()).toBe(1)
    leave()
    expect(stopped).toContain(1)
    expect(await upstreams()).toBe(0)
  })

  it('that somebody joins with a plan of the graph before follows too', async () => {
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
    const { heard, listener } = listening()
    shared.join(before, viewer, undefined, listener)
    await until(() => heard.length === 1)
    expect(heard).toEqual(['schema changed'])
    expect(await upstreams()).toBe(0)
  })

  describe('that somebody joins late', () => {
    const query = 'subscription { changed { id owner { name } } }'

    const leaves: (() => void)[] = []
    afterEach(() => {
      for (const leave of leaves.splice(0)) leave()
    })

    /** Somebody listens; the subgraph is at `fed[0]`, the rest of each event waits for `answer`. */
    function early() {
      requests = []
      const fed: SubscriptionEvents[] = []
      const set = setUp((events) => {
        fed.push(events)
        return () => undefined
      })
      const { heard, listener } = listening()
      const leave = set.shared.join(set.prepared(query), viewer, undefined, listener)
      leaves.push(leave)
      const feed = (id: string) => fed[0]?.next(thing(id), undefined)
      const join = () => {
        const late = listening()
        const leaveToo = set.shared.join(set.prepared(query), viewer, undefined, late.listener)
        leaves.push(leaveToo)
        return { heard: late.heard, leave: leaveToo }
      }
      return { ...set, fed, heard, leave, feed, join }
    }

    it('gives him what comes from then on, and not what was on its way', async () => {
      const { fed, heard, feed, join } = early()
      feed('a')
      feed('b')
      await until(() => requests.length === 1)
      const late = join()
      feed('c')
      await until(() => {
        answer()
        return heard.length === 3
      })
      expect(heard).toEqual([
        ['a', 0],
        ['b', 0],
        ['c', 0],
      ])
      expect(late.heard).toEqual([['c', 0]])
      expect(fed).toHaveLength(1)
    })

    it('tells him of no gap from before he came, and of each after', async () => {
      const { fed, heard, feed, join } = early()
      fed[0]?.resumed()
      const late = join()
      feed('a')
      await until(() => {
        answer()
        return late.heard.length === 1
      })
      const later = join()
      fed[0]?.resumed()
      feed('b')
      await until(() => {
        answer()
        return later.heard.length === 1
      })
      expect(heard).toEqual([
        ['a', 1],
        ['b', 1],
      ])
      expect(late.heard).toEqual([
        ['a', 0],
        ['b', 1],
      ])
      expect(later.heard).toEqual([['b', 1]])
    })

    it('counts for each what came too fast', async () => {
      const { heard, feed, join } = early()
      feed('first')
      await until(() => requests.length === 1)
      for (let number = 0; number < 100; number++) feed(String(number))
      const late = join()
      for (let number = 100; number < 400; number++) feed(String(number))
      await until(() => {
        answer()
        return heard.length === 257 && late.heard.length === 256
      })
      // 256 wait, which are the last of 400.
      expect(heard.slice(0, 2)).toEqual([
        ['first', 0],
        ['144', 144],
      ])
      expect(late.heard[0]).toEqual(['144', 44])
      expect(heard.at(-1)).toEqual(['399', 0])
    })

    it('takes him in no more when the subgraph has said its last', async () => {
      const { fed, heard, feed, join } = early()
      feed('a')
      await until(() => requests.length === 1)
      fed[0]?.ended()
      const late = join()
      expect(fed).toHaveLength(2)
      await until(() => {
        answer()
        return heard.length === 2
      })
      expect(heard).toEqual([['a', 0], 'completed'])
      expect(late.heard).toEqual([])
    })

    it('takes him in after a new graph, whatever was on its way, and before its own turn has come', async () => {
      const { fed, heard, feed, join, follow } = early()
      feed('a')
      await until(() => requests.length === 1)
      follow(readGraph(supergraphOf({ live, more })))
      const late = join()
      await until(() => {
        answer()
        return heard.length === 1
      })
      const later = join()
      feed('b')
      await until(() => {
        answer()
        return later.heard.length === 1
      })
      expect(heard).toEqual([
        ['a', 0],
        ['b', 0],
      ])
      expect(late.heard).toEqual([['b', 0]])
      expect(later.heard).toEqual([['b', 0]])
      expect(fed).toHaveLength(1)
    })

    it('goes on for him when the others have left', async () => {
      const { fed, heard, feed, join, leave } = early()
      const late = join()
      feed('a')
      await until(() => requests.length === 1)
      leave()
      answer()
      await until(() => late.heard.length === 1)
      expect(heard).toEqual([])
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
    const { heard, listener } = listening()
    shared.join(prepared(), viewer, undefined, listener)
    fed[0]?.ended(away)
    await until(() => heard.length === 2)
    expect(heard).toEqual([[undefined, 0], 'refused'])
  })
})
