import { expect, it } from '@jest/globals'
import { Area } from '../src/store/catalogue.ts'

const square = [
  [8.6, 50.1],
  [8.7, 50.1],
  [8.7, 50.2],
  [8.6, 50.2],
]

it.each([
  ['a polygon', { type: 'Polygon', coordinates: [square] }],
  ['a hole', { type: 'Polygon', coordinates: [[...square, [8.6, 50.1]], square] }],
  ['a part of a multipolygon', { type: 'MultiPolygon', coordinates: [[square]] }],
  ['a ring that ends beside its start', { type: 'Polygon', coordinates: [[...square, [8.6, 50.10001]]] }],
])('an area whose ring is not closed is not readable: %s', (_, area) => {
  expect(Area.safeParse(area).success).toBe(false)
})

it('a closed ring is readable', () => {
  expect(Area.safeParse({ type: 'Polygon', coordinates: [[...square, [8.6, 50.1]]] }).success).toBe(true)
})
