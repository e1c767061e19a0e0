import { elementAt } from './element-at.ts'
import type { StreetGraph } from './street-graph.ts'

export type ShortestPaths = ReturnType<typeof shortestPaths>

/** Shortest paths from `start` to everything within `limit` metres (Dijkstra; the frontier is a street or two wide). */
export function shortestPaths({ edges }: Pick<StreetGraph, 'edges'>, start: number, limit: number) {
  const meters = new Map<number, number>()
  const from = new Map<number, number>()
  const frontier = new Map([[start, 0]])
  while (frontier.size > 0) {
    let [node, nearest] = [start, Number.POSITIVE_INFINITY]
    for (const [candidate, far] of frontier) if (far < nearest) [node, nearest] = [candidate, far]
    frontier.delete(node)
    meters.set(node, nearest)
    for (const { to, length } of elementAt(edges, node)) {
      const far = nearest + length
      if (meters.has(to) || far > limit || far >= (frontier.get(to) ?? Number.POSITIVE_INFINITY)) continue
      frontier.set(to, far)
      from.set(to, node)
    }
  }
  return {
    /** Metres by the shortest path, for every node within the limit. */
    meters,
    /** The nodes of the shortest path, both ends included. */
    pathTo(node: number): readonly number[] {
      const path = [node]
      for (let back = from.get(node); back !== undefined; back = from.get(back)) path.unshift(back)
      return path
    },
  }
}
