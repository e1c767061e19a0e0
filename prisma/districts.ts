import { readFileSync } from 'node:fs'

export type Corner = [longitude: number, latitude: number]

/** GeoJSON: the outline of each polygon, then its holes. */
export type District = {
  properties: { name: string }
  geometry: { type: 'MultiPolygon'; coordinates: Corner[][][] }
}

/** The districts of Frankfurt am Main. */
export const districts = (): District[] =>
  JSON.parse(readFileSync(new URL('data/frankfurt-districts.geojson', import.meta.url), 'utf8')).features
