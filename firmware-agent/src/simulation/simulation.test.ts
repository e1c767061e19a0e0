import { describe, expect, it } from '@jest/globals'
import { distance, distanceToSegment, type Point } from './geometry.ts'
import { parkingPlaces } from './parking-places.ts'
import { seededRandom } from './random.ts'
import { advance, arrived, askedToStop, duration, planRide, whereabouts } from './ride.ts'
import { at, connectedParts, type Edge, frankfurtCentre, longestEdge, reach, type StreetGraph } from './street-graph.ts'

const graph = frankfurtCentre()
const places = parkingPlaces(graph)
const segments = graph.edges.flatMap((ways, from) =>
  ways.map(({ to }) => [at(graph.nodes, from), at(graph.nodes, to)] as const),
)
const offStreet = (point: Point) => Math.min(...segments.map(([from, to]) => distanceToSegment(point, from, to)))
const nearestPlace = (point: Point) => Math.min(...places.map((place) => distance(place, point)))
const standingAt = (node: number) => ({ node, point: at(graph.nodes, node) })

describe('the streets of the centre of Frankfurt', () => {
  it('have a way back from everywhere', () => {
    const backwards: Edge[][] = graph.edges.map(() => [])
    for (const [from, ways] of graph.edges.entries()) {
      for (const { to, length } of ways) backwards[to]?.push({ to: from, length })
    }
    const everywhere = (edges: StreetGraph['edges'], start: number) =>
      new Set(reach({ edges }, start, Number.POSITIVE_INFINITY).meters.keys())
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
        expect(length).toBeCloseTo(distance(at(graph.nodes, from), at(graph.nodes, to)), 6)
      }
    }
  })

  it('leave out what has no way back, and ride one-way streets one way', () => {
    const point = { latitude: 50.11, longitude: 8.68 }
    const ring: StreetGraph = {
      nodes: [point, point, point, point],
      names: [undefined, undefined, undefined, undefined],
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
    const kept = connectedParts(ring, 2)
    expect(kept.nodes).toHaveLength(3)
    expect(reach(kept, 1, 100).wayTo(0)).toEqual([1, 2, 0])
  })

  it('are ridden the shortest way', () => {
    const [a, b] = [at(places, 4), at(places, 5)]
    const near = reach(graph, a.node, 2_000)
    const way = near.wayTo(b.node)
    const meters = way
      .slice(1)
      .reduce((sum, node, index) => sum + distance(at(graph.nodes, at(way, index)), at(graph.nodes, node)), 0)
    expect(meters).toBeCloseTo(near.meters.get(b.node) ?? 0, 6)
    // No street beside the way offers a shorter one (the optimality condition of shortest paths).
    for (const [from, far] of near.meters) {
      for (const { to, length } of at(graph.edges, from)) {
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
    }
  })
})

describe('a ride', () => {
  it.each([1, 2, 5, 20, 40, 60])(
    'of %d s is over in time, at a parking place, on the street, below 25 km/h',
    (seconds) => {
      const random = seededRandom(seconds)
      for (const place of places) {
        let ride = planRide(graph, places, standingAt(place.node), seconds, random)
        expect(duration(ride)).toBeLessThanOrEqual(seconds)
        let last = whereabouts(ride).point
        let ridden = 0
        while (!arrived(ride)) {
          ride = advance(ride, 0.2)
          const { point } = whereabouts(ride)
          const meters = distance(last, point)
          expect(meters / 0.2).toBeLessThan(6.94)
          expect(ride.speed).toBeLessThan(6.94)
          ridden += meters
          last = point
        }
        expect(ride.speed).toBe(0)
        expect(ridden).toBeGreaterThan(0)
        expect(nearestPlace(last)).toBeLessThan(20)
        expect(offStreet(last)).toBeLessThan(0.1)
      }
    },
  )

  it('stays on the streets all the way', () => {
    const random = seededRandom(7)
    let ride = planRide(graph, places, standingAt(at(places, 0).node), 60, random)
    for (; !arrived(ride); ride = advance(ride, 1)) expect(offStreet(whereabouts(ride).point)).toBeLessThan(0.1)
  })

  it('goes to a parking place even when it begins between two, whatever the time', () => {
    const random = seededRandom(3)
    const between = graph.nodes.findIndex((point) => nearestPlace(point) > 40)
    let ride = planRide(graph, places, standingAt(between), 2, random)
    ride = advance(ride, 600)
    expect(arrived(ride)).toBe(true)
    expect(nearestPlace(whereabouts(ride).point)).toBeLessThan(20)
  })

  it('stands soon after the rider was asked to stop, and goes on later', () => {
    const random = seededRandom(5)
    let ride = advance(planRide(graph, places, standingAt(at(places, 0).node), 60, random), 8)
    expect(ride.speed).toBeGreaterThan(0)
    ride = advance(askedToStop(ride), 4)
    expect(ride.speed).toBe(0)
    const where = ride.meters
    expect(advance(ride, 5).meters).toBe(where)
    expect(advance(ride, 12).meters).toBeGreaterThan(where)
    expect(arrived(advance(ride, 120))).toBe(true)
  })

  it('is the same for the same seed', () => {
    const plan = (seed: number) => planRide(graph, places, standingAt(at(places, 0).node), 60, seededRandom(seed))
    expect(plan(1)).toEqual(plan(1))
    expect(plan(1)).not.toEqual(plan(2))
  })
})
