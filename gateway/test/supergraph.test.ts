import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { composed } from '../src/compose.ts'
import { readGraph } from '../src/supergraph/graph.ts'

const committed = join(import.meta.dirname, '../supergraph.graphql')

it('the committed supergraph is what the subgraphs compose to, and can be served', async () => {
  expect(await readFile(committed, 'utf8')).toBe(await composed())
  expect(readGraph(await readFile(committed, 'utf8')).subgraphs.length).toBeGreaterThan(0)
})
