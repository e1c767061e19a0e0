/** Channels by themselves: what is left of a subscription that cannot begin, and what a channel is told late. */
import { createLog, type Viewer } from '@holdfast/service'
import { describe, expect, it } from '@jest/globals'
import { answering } from '../src/answering.ts'
import { defaultLimits } from '../src/document/limits.ts'
import type { StreamEvents } from '../src/subgraph/stream.ts'
import { channels } from '../src/subscriptions/channels.ts'
import * as measures from '../src/subscriptions/measures.ts'
import type { Listener } from '../src/subscriptions/outlet.ts'
import { readGraph } from '../src/supergraph/graph.ts'
import { live, more } from './feed.ts'
import { supergraphOf } from './graph.ts'
import { until } from './wait.ts'

const log = createLog('test', 'silent')
const viewer: Viewer = { id: '', role: 'anonymous', scopes: [] }
const away = { kind: 'failed', fault: { message: 'away', extensions: { code: 'UNAVAILABLE' } } } as const
const subgraphs = { ask: async () => away, read: () => away }

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
  const prepared = () => {
    const preparation = answers.prepare({
      query: 'subscription { changed { id } }',
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
    event: ({ payload }, missed) => heard.push([JSON.parse(payload).data?.changed.id, missed]),
    ended: ({ reason }) => heard.push(reason),
  }
  return { heard, listener }
}
const upstreams = async () => (await measures.upstreams.get()).values.reduce((sum, { value }) => sum + value, 0)
const changed = (id: string) => ({ kind: 'answered', data: { changed: { id } }, errors: [] }) as const

describe('a channel', () => {
  it('that cannot begin leaves nothing behind, and the next one begins anew', async () => {
    let fails = true
    const { shared, prepared } = setUp((events) => {
      if (fails) throw new Error('no way')
      events.next(changed('a'), undefined)
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
    fed[0]?.next(changed('a'), undefined)
    await until(() => heard.length === 1)
    urls.live = 'http://b'
    follow(readGraph(supergraphOf({ live, more })))
    fed[0]?.ended() // Its connection is given up before its turn has come.
    await until(() => fed.length === 2)
    fed[0]?.next(changed('late'), undefined)
    fed[1]?.next(changed('b'), undefined)
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
})
