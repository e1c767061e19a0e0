import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { type Agent, provisioned, startAgent, testDevice, until } from './agent-process.ts'

/** Accepts every connection and never answers. */
let silent: Server
let sockets: Socket[]
let url: string
beforeEach(async () => {
  sockets = []
  silent = createServer((socket) => sockets.push(socket.on('error', () => {})))
  await once(silent.listen(0, '127.0.0.1'), 'listening')
  const address = silent.address()
  url = `mqtt://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
})
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  silent.close()
})

let agent: Agent
afterEach(() => agent.end('SIGKILL'))

it('an agent that finds no broker logs it', async () => {
  silent.close()
  using state = provisioned([testDevice()])
  agent = startAgent(state.directory, url)
  await until('the warning', () => agent.logs().includes('cannot be reached'))
  expect(await agent.end('SIGTERM')).toBe(0)
})

it('an agent that is stopped while its broker keeps it waiting does not go on connecting', async () => {
  using state = provisioned(Array.from({ length: 50 }, () => testDevice()))
  agent = startAgent(state.directory, url)
  await until('the first connections', () => sockets.length >= 32)
  const asked = Date.now()
  expect(await agent.end('SIGTERM')).toBe(0)
  expect(Date.now() - asked).toBeLessThan(9_000)
  expect(sockets).toHaveLength(32)
  expect(agent.logs()).not.toMatch(/"level":[56]0/)
})
