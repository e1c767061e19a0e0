import { describe, expect, it } from '@jest/globals'
import { graph, places, toPlace, toStreet } from '../../test/distances.ts'
import { elementAt } from '../streets/element-at.ts'
import { distance } from '../streets/geometry.ts'
import { planRide } from './plan-ride.ts'
import { seededRandom } from './random.ts'
import { advance, arrived, duration, positionOf, withPause } from './ride.ts'

const standingAt = (node: number) => ({ node, point: elementAt(graph.nodes, node) })

describe('a ride', () => {
  it.each([1, 2, 5, 20, 40, 60])(
    'of %d s is over in time, at a parking place, on the street, below 25 km/h',
    (seconds) => {
      const random = seededRandom(seconds)
      for (const place of places) {
        let ride = planRide(graph, places, standingAt(place.node), seconds, random)
        expect(duration(ride)).toBeLessThanOrEqual(seconds)
        let last = positionOf(ride).point
        let ridden = 0
        while (!arrived(ride)) {
          ride = advance(ride, 0.2)
          const { point } = positionOf(ride)
          const meters = distance(last, point)
          expect(meters / 0.2).toBeLessThan(6.94)
          expect(ride.speed).toBeLessThan(6.94)
          ridden += meters
          last = point
        }
        expect(ride.speed).toBe(0)
        expect(ridden).toBeGreaterThan(0)
        expect(toPlace(last)).toBeLessThan(20)
        expect(toStreet(last)).toBeLessThan(0.1)
      }
    },
  )

  it('stays on the streets all the way', () => {
    const random = seededRandom(7)
    let ride = planRide(graph, places, standingAt(elementAt(places, 0).node), 60, random)
    for (; !arrived(ride); ride = advance(ride, 1)) expect(toStreet(positionOf(ride).point)).toBeLessThan(0.1)
  })

  it('goes to a parking place even when it begins between two, whatever the time', () => {
    const random = seededRandom(3)
    const between = graph.nodes.findIndex((point) => toPlace(point) > 40)
    let ride = planRide(graph, places, standingAt(between), 2, random)
    ride = advance(ride, 600)
    expect(arrived(ride)).toBe(true)
    expect(toPlace(positionOf(ride).point)).toBeLessThan(20)
  })

  it('stands soon after the rider was asked to stop, and goes on later', () => {
    const random = seededRandom(5)
    let ride = advance(planRide(graph, places, standingAt(elementAt(places, 0).node), 60, random), 8)
    expect(ride.speed).toBeGreaterThan(0)
    ride = advance(withPause(ride), 4)
    expect(ride.speed).toBe(0)
    const where = ride.meters
    expect(advance(ride, 5).meters).toBe(where)
    expect(advance(ride, 12).meters).toBeGreaterThan(where)
    expect(arrived(advance(ride, 120))).toBe(true)
  })

  it('is the same for the same seed', () => {
    const plan = (seed: number) =>
      planRide(graph, places, standingAt(elementAt(places, 0).node), 60, seededRandom(seed))
    expect(plan(1)).toEqual(plan(1))
    expect(plan(1)).not.toEqual(plan(2))
  })
})
