import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { startGraph } from './graph.ts'
import { catalog } from './shop.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'manifest-'))
})
afterAll(() => rm(directory, { recursive: true }))

const body = 'query Names { products { name } }'

it.each([
  [
    'Apollo',
    {
      format: 'apollo-persisted-query-manifest',
      version: 1,
      operations: [{ id: '1', name: 'Names', type: 'query', body }],
    },
    'Names',
  ],
  ['Relay and Code Generator', { '0123abc': body, gone: '{ whatWasOnce }' }, undefined],
])('operations in a manifest of %s are planned before the first request', async (_, manifest, operationName) => {
  const file = join(directory, 'manifest.json')
  await writeFile(file, JSON.stringify(manifest))
  const graph = await startGraph({ catalog }, { operations: file })
  const planned = async () => {
    const metrics = await (await fetch(graph.url.replace('/graphql', '/metrics'))).text()
    return Number(/holdfast_gateway_plans_total\{cached="false"\} (\d+)/.exec(metrics)?.[1])
  }
  const before = await planned()
  expect(await (await graph.post({ query: body, operationName })).json()).toMatchObject({
    data: { products: [{}, {}, {}] },
  })
  expect(await planned()).toBe(before)
  await graph.stop()
})
