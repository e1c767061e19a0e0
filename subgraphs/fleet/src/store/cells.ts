/** H3 cells of the live map: each has a channel, so that a change is told only where somebody looks. */
import { latLngToCell, POLYGON_TO_CELLS_FLAGS, polygonToCellsExperimental } from 'h3-js'
import { type Box, metersPerDegree, type Place, shrinking } from '../domain/place.ts'

/** Edges of about 500 m: a city is some hundred cells, a street view one to four. */
const resolution = 8
/** Square metres of the smallest cells near Frankfurt. */
const cellArea = 620_000
/** Above it a viewer listens to everything: a thousand subscriptions cost more than what they keep away. */
export const mostCells = 500

export const cellOf = ({ latitude, longitude }: Place): string => latLngToCell(latitude, longitude, resolution)

/** All cells that touch the box (not only those with their centre in it); null when there are too many to name. */
export function cellsTouching({ south, west, north, east }: Box): readonly string[] | null {
  const height = (north - south) * metersPerDegree
  const width = (east - west) * metersPerDegree * shrinking((north + south) / 2)
  if ((height * width) / cellArea > mostCells) return null
  const corners = [
    [south, west],
    [south, east],
    [north, east],
    [north, west],
  ]
  const cells = polygonToCellsExperimental(corners, resolution, POLYGON_TO_CELLS_FLAGS.containmentOverlapping)
  return cells.length > mostCells ? null : cells
}
