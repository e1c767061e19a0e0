import { describe, expect, it } from '@jest/globals'
import { elementAt } from './element-at.ts'
import { distance } from './geometry.ts'
import { shortestPaths } from './shortest-paths.ts'
import { connectedParts, type Edge, frankfurtCentre, longestEdge, placesIn, type StreetGraph } from './street-graph.ts'

const graph = frankfurtCentre()
const places = placesIn(graph)

describe('the streets of the centre of Frankfurt', () => {
  it('have a way back from everywhere', () => {
    const backwards: Edge[][] = graph.edges.map(() => [])
    for (const [from, ways] of graph.edges.entries()) {
      for (const { to, length } of ways) backwards[to]?.push({ to: from, length })
    }
    const everywhere = (edges: StreetGraph['edges'], start: number) =>
      new Set(shortestPaths({ edges }, start, Number.POSITIVE_INFINITY).meters.keys())
    const seen = new Set<number>()
    for (const start of graph.nodes.keys()) {
      if (seen.has(start)) continue
      const there = everywhere(graph.edges, start)
      expect(there).toEqual(everywhere(backwards, start))
      for (const node of there) seen.add(node)
    }
  })

  it('consist of short pieces that are as long as their ends are apart', () => {
    for (const [from, ways] of graph.edges.entries()) {
      expect(ways.length).toBeGreaterThan(0)
      for (const { to, length } of ways) {
        expect(length).toBeGreaterThan(0)
        expect(length).toBeLessThanOrEqual(longestEdge + 1e-6)
        expect(length).toBeCloseTo(distance(elementAt(graph.nodes, from), elementAt(graph.nodes, to)), 6)
      }
    }
  })

  it('leave out what has no way back, and ride one-way streets one way', () => {
    const point = { latitude: 50.11, longitude: 8.68 }
    const ring: StreetGraph = {
      nodes: [point, point, point, point],
      edges: [
        [{ to: 1, length: 5 }],
        [{ to: 2, length: 5 }],
        [
          { to: 0, length: 5 },
          { to: 3, length: 5 },
        ],
        [],
      ],
    }
    const remaining = connectedParts(ring, 2)
    expect(remaining.nodes).toHaveLength(3)
    expect(shortestPaths(remaining, 1, 100).pathTo(0)).toEqual([1, 2, 0])
  })

  it('are ridden the shortest way', () => {
    const [a, b] = [elementAt(places, 4), elementAt(places, 5)]
    const near = shortestPaths(graph, a.node, 2_000)
    const way = near.pathTo(b.node)
    const meters = way
      .slice(1)
      .reduce(
        (sum, node, index) =>
          sum + distance(elementAt(graph.nodes, elementAt(way, index)), elementAt(graph.nodes, node)),
        0,
      )
    expect(meters).toBeCloseTo(near.meters.get(b.node) ?? 0, 6)
    // No street beside the way offers a shorter one (the optimality condition of shortest paths).
    for (const [from, far] of near.meters) {
      for (const { to, length } of elementAt(graph.edges, from)) {
        const other = near.meters.get(to)
        if (other !== undefined) expect(other).toBeLessThanOrEqual(far + length + 1e-6)
      }
    }
  })
})

describe('parking places', () => {
  it('are many, apart from each other, and named', () => {
    expect(places.length).toBeGreaterThanOrEqual(30)
    expect(new Set(places.map(({ id }) => id)).size).toBe(places.length)
    for (const place of places) {
      expect(place.name).not.toBe('')
      for (const other of places) if (other !== place) expect(distance(place, other)).toBeGreaterThanOrEqual(70)
      expect(distance(place, elementAt(graph.nodes, place.node))).toBeLessThan(0.01)
    }
  })
})
