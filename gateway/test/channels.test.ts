/** Channels by themselves: what is left of a subscription that cannot begin, who joins late, and what a channel is told late. */
import type { Viewer } from '@holdfast/service/identity'
import { createLog } from '@holdfast/service/process'
import { afterEach, describe, expect, it } from '@jest/globals'
import { answering } from '../src/answering.ts'
import { defaultLimits } from '../src/document/limits.ts'
import type { StreamEvents } from '../src/subgraph/stream.ts'
import { channels } from '../src/subscriptions/channels.ts'
import * as measures from '../src/subscriptions/measures.ts'
import type { Listener } from '../src/subscriptions/outlet.ts'
import { readGraph } from '../src/supergraph/graph.ts'
import { live, more } from './feed.ts'
import { supergraphOf } from './graph.ts'
import { sumOf } from './hearing.ts'
import { until } from './wait.ts'

const log = createLog('test', 'silent')
const viewer: Viewer = { id: '', role: 'anonymous', scopes: [] }
const away = { kind: 'failed', fault: { message: 'away', extensions: { code: 'UNAVAILABLE' } } } as const
/** The subgraph with the rest of an event is asked, and answers when it is let. */
let asked: PromiseWithResolvers<typeof away>[] = []
const subgraphs = {
  ask: () => {
    const one = Promise.withResolvers<typeof away>()
    asked.push(one)
    return one.promise
  },
  read: () => away,
}
const answer = () => {
  for (const one of asked.splice(0)) one.resolve(away)
}

function setUp(subscribe: (events: StreamEvents) => () => void, urls = { live: 'http://a' }) {
  const graph = readGraph(supergraphOf({ live, more }))
  const answers = answering({
    limits: defaultLimits,
    closed: false,
    counted: () => undefined,
    log,
    subgraphs,
    budgetMs: 1_000,
  })
  const shared = channels({
    subgraphs,
    subscribe: (_subgraph, _request, events) => subscribe(events),
    urlOf: (name) => (name === 'live' ? urls.live : undefined),
    prepare: answers.prepare,
    budgetMs: 1_000,
    log,
  })
  const follow = (next = graph) => {
    answers.follow(next)
    shared.follow(next)
  }
  follow()
  const prepared = (query = 'subscription { changed { id } }') => {
    const preparation = answers.prepare({
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
  const listener: Listener = {
    event: ({ payload }, missed) => heard.push([JSON.parse(payload).data?.changed?.id, missed]),
    ended: ({ reason }) => heard.push(reason),
  }
  return { heard, listener }
}
const upstreams = () => sumOf(measures.upstreams)
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
    const fed: StreamEvents[] = []
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
    const fed: StreamEvents[] = []
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
      asked = []
      const fed: StreamEvents[] = []
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
      await until(() => asked.length === 1)
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
      await until(() => asked.length === 1)
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
      await until(() => asked.length === 1)
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
      await until(() => asked.length === 1)
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
      await until(() => asked.length === 1)
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
    const fed: StreamEvents[] = []
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
