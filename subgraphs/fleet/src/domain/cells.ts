/** H3 cells of the live map. Each cell has a channel, so that a change is published only to those who look there. */
import { latLngToCell, POLYGON_TO_CELLS_FLAGS, polygonToCellsExperimental } from 'h3-js'
import { type Box, type Place, sizeOf } from './place.ts'

/** Edges of about 500 m: a city is some hundred cells, a street view one to four. */
const resolution = 8
/** Square metres of the smallest cells near Frankfurt. */
const cellArea = 620_000
/** With more cells a viewer subscribes to everything: a thousand subscriptions cost more than the messages they save. */
const maxCells = 500

export const cellOf = ({ latitude, longitude }: Place): string => latLngToCell(latitude, longitude, resolution)

/** All cells that touch the box (not only those with their centre in it); null when there are too many to name. */
export function cellsTouching(box: Box): readonly string[] | null {
  const { height, width } = sizeOf(box)
  if ((height * width) / cellArea > maxCells) return null
  const { south, west, north, east } = box
  const corners = [
    [south, west],
    [south, east],
    [north, east],
    [north, west],
  ]
  const cells = polygonToCellsExperimental(corners, resolution, POLYGON_TO_CELLS_FLAGS.containmentOverlapping)
  return cells.length > maxCells ? null : cells
}
