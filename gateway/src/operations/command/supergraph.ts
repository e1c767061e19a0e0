import { createLog } from '@holdfast/service/process'
import { type Graph, readGraph } from '../../supergraph/graph.ts'
import { supergraphSource } from '../../supergraph/source.ts'

/** Of a file, or of an http(s) URL. */
export const readSupergraph = async (place: string): Promise<Graph> =>
  readGraph(await supergraphSource(place, createLog('operations', 'silent')).read())
