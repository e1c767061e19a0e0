/** A gateway process with registered clients: its configuration, and what it logs about keys. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type TestRegistry, testRegistry } from '@holdfast/operations/testing'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { startGraph, type TestGraph } from './graph.ts'
import { catalog } from './shop.ts'

let registry: TestRegistry
let subgraphs: TestGraph
let child: ChildProcess | undefined

beforeAll(async () => {
  registry = await testRegistry()
  subgraphs = await startGraph({ catalog })
})
afterAll(async () => {
  child?.kill('SIGKILL')
  await subgraphs.stop()
  await registry.remove()
})

it('enforces its configuration, and logs no key', async () => {
  const key = await registry.partner('acme')
  await registry.publish('acme', 'shop', '1', { WhoAmI: 'query WhoAmI { whoAmI }' })
  const bad = 'holdfast_key_that_nobody_has'
  child = spawn(process.execPath, [join(import.meta.dirname, '../src/main.ts')], {
    env: {
      SUPERGRAPH: subgraphs.supergraphFile,
      GATEWAY_SECRET: subgraphs.secret,
      OPERATIONS: registry.folder,
      ENFORCEMENT: 'known',
      PORT: '0',
      LOG_LEVEL: 'trace',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk
    })
  const port = () => /"port":(\d+)[^\n]*"listening"/.exec(output)?.[1]
  for (let tries = 0; !port() || !output.includes('"ready"'); tries++) {
    if (tries > 200) throw new Error(output)
    await sleep(50)
  }
  const ask = async (body: object, headers: Record<string, string>) => {
    const response = await fetch(`http://127.0.0.1:${port()}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    return { status: response.status, text: await response.text() }
  }
  expect((await ask({ documentId: 'shop~1~WhoAmI' }, { 'x-api-key': key })).text).toContain('anonymous')
  expect((await ask({ query: '{ whoAmI }' }, { 'x-api-key': key })).text).toContain('NOT_IN_LIST')
  expect((await ask({ query: '{ whoAmI }' }, {})).text).toContain('NOT_IN_LIST')
  expect((await ask({ documentId: 'shop~1~WhoAmI' }, { 'x-api-key': bad })).status).toBe(401)
  child.kill('SIGTERM')
  await once(child, 'exit')
  expect(output).toContain('"operation":"WhoAmI"')
  for (const secret of [key, key.slice(-20), bad]) expect(output).not.toContain(secret)
})
