import { readFile } from 'node:fs/promises'
import { type Graph, readGraph } from '../../supergraph/graph.ts'

/** Of a file, or of an http(s) URL. */
export async function readSupergraph(place: string): Promise<Graph> {
  if (!/^https?:\/\//.test(place)) return readGraph(await readFile(place, 'utf8'))
  const response = await fetch(place, { signal: AbortSignal.timeout(10_000) })
  if (!response.ok) throw new Error(`The supergraph could not be read: HTTP ${response.status}`)
  return readGraph(await response.text())
}
