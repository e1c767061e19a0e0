import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { clientFor, paidBy, startAccount } from './account.ts'
import { startReceiver } from './receiver.ts'

let folder: string
let dataFile: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stripe-emulator-'))
  dataFile = join(folder, 'stripe.sqlite')
})

afterEach(() => rmSync(folder, { recursive: true }))

const main = new URL('../src/main.ts', import.meta.url).pathname

/** The emulator as a process of its own. */
async function run(environment: Record<string, string> = {}, command: readonly string[] = [process.execPath, main]) {
  const [program = '', ...words] = command
  const child = spawn(program, words, {
    env: { PATH: process.env['PATH'], PORT: '0', DATA_FILE: dataFile, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const lines = createInterface(child.stdout)
  const [line] = await Promise.race([once(lines, 'line'), exited.then(() => [])])
  const stop = async (signal: NodeJS.Signals): Promise<unknown> => {
    child.kill(signal)
    return (await exited)[0]
  }
  if (typeof line !== 'string') return { code: (await exited)[0], stderr, stop, port: 0 }
  return { port: Number(new URL(JSON.parse(line).url).port), stderr, stop, code: null }
}

describe('a killed process', () => {
  it('remembers everything it had answered', async () => {
    const first = await run()
    const before = clientFor(first.port)
    const intent = await before.paymentIntents.create(paidBy('pm_card_visa'), { idempotencyKey: 'booking-1' })
    const others = await Promise.all(
      Array.from({ length: 20 }, () => before.paymentIntents.create(paidBy('pm_card_visa'))),
    )
    await fetch(`http://127.0.0.1:${first.port}/_emulator/clock/advance`, { method: 'POST', body: 'seconds=86400' })
    const events = (await before.events.list({ limit: 100 })).data
    await first.stop('SIGKILL')

    const second = await run()
    const after = clientFor(second.port)
    const clock = (await (await fetch(`http://127.0.0.1:${second.port}/_emulator/clock`)).json()) as { now: number }
    expect(clock.now).toBeGreaterThan(Date.now() / 1_000 + 86_000)
    expect((await after.events.list({ limit: 100 })).data).toEqual(events)
    expect(await after.paymentIntents.retrieve(intent.id)).toMatchObject({
      status: 'requires_capture',
      created: intent.created,
    })
    expect((await after.paymentIntents.capture(intent.id)).status).toBe('succeeded')
    const fresh = await after.paymentIntents.create(paidBy('pm_card_visa'))
    expect([intent, ...others].map(({ id }) => id)).not.toContain(fresh.id)
    expect(await second.stop('SIGTERM')).toBe(0)
  })

  it('answers a repeated key as the process before it did', async () => {
    const first = await run()
    const create = (port: number) =>
      clientFor(port).paymentIntents.create(paidBy('pm_card_visa'), { idempotencyKey: 'booking-1' })
    const intent = await create(first.port)
    await first.stop('SIGKILL')
    const second = await run()
    const again = await create(second.port)
    expect([again.id, again.lastResponse.headers['idempotent-replayed']]).toEqual([intent.id, 'true'])
    await second.stop('SIGTERM')
  })

  it('delivers the events that were still pending', async () => {
    let accepting = false
    await using receiver = await startReceiver(() => (accepting ? 200 : 503))
    const webhook = { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: 'whsec_test' }
    const first = await run(webhook)
    await clientFor(first.port).customers.create()
    const [refused] = await receiver.seen(1)
    await first.stop('SIGKILL')
    accepting = true
    const second = await run(webhook)
    const received = await receiver.seen(2)
    expect(received[1]?.id).toBe(refused?.id)
    expect((await clientFor(second.port).webhookEndpoints.list()).data).toHaveLength(1)
    await second.stop('SIGTERM')
  })
})

describe('the data file', () => {
  it('may end in half a transaction, which then never happened', async () => {
    {
      await using account = await startAccount({ dataFile })
      await account.stripe.customers.create({ name: 'Ada' })
    }
    for (const file of [dataFile, `${dataFile}-wal`]) appendFileSync(file, 'half of a page')
    await using account = await startAccount({ dataFile })
    expect((await account.stripe.customers.list()).data).toMatchObject([{ name: 'Ada' }])
    await account.stripe.customers.create({ name: 'Bob' })
  })

  it('that is damaged is refused', async () => {
    writeFileSync(dataFile, 'nonsense\n{"put":[],"gone":[],"minted":0}\n')
    await expect(startAccount({ dataFile })).rejects.toThrow('file is not a database')
  })

  it('is used by one process only', async () => {
    await using account = await startAccount({ dataFile })
    const failed = await run()
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining('database is locked')])
    expect((await account.stripe.customers.list()).data).toEqual([])
  })

  it('keeps nothing of a transaction for which the disk has no room', async () => {
    // Room for 147 pages: six large customers leave 14, a seventh would take 20, a small one takes 8.
    const small = await run({}, ['/bin/sh', '-c', `ulimit -f 1183; exec "${process.execPath}" "${main}"`])
    const stripe = clientFor(small.port)
    const kept: string[] = []
    const create = (length: number) => {
      const text = 'x'.repeat(length)
      return stripe.customers.create({ description: text, name: text, phone: text }).then(
        ({ id }) => kept.push(id) > 0,
        () => false,
      )
    }
    while (await create(4_500)) expect(kept.length).toBeLessThan(100)
    expect(await create(1)).toBe(true)
    await small.stop('SIGKILL')
    await using account = await startAccount({ dataFile })
    const { data } = await account.stripe.customers.list({ limit: 100 })
    expect(data.map(({ id }) => id).reverse()).toEqual(kept)
  })

  it('can be read by nobody else: it holds secrets', async () => {
    await using account = await startAccount({ dataFile })
    expect(statSync(dataFile).mode & 0o077).toBe(0)
    expect(statSync(`${dataFile}-wal`).mode & 0o077).toBe(0)
    expect(account.emulator.port).toBeGreaterThan(0)
  })

  it('does not grow with what has been replaced', async () => {
    /** Without idempotency keys, whose replies would be kept for a day. */
    const describeEndpoint = async (descriptions: readonly string[]) => {
      await using account = await startAccount({ dataFile, webhook: { url: 'http://127.0.0.1:9/', secret: 'whsec_x' } })
      const [endpoint] = (await account.stripe.webhookEndpoints.list()).data
      const headers = { authorization: 'Bearer sk_test_x' }
      for (const description of descriptions) {
        const body = new URLSearchParams({ description })
        await fetch(`${account.emulator.url}/v1/webhook_endpoints/${endpoint?.id}`, { method: 'POST', headers, body })
      }
    }
    await describeEndpoint(['a'])
    const before = statSync(dataFile).size
    await describeEndpoint([...Array(100).fill('b'), 'c'])
    await using account = await startAccount({ dataFile })
    expect(statSync(dataFile).size).toBeLessThanOrEqual(before)
    expect((await account.stripe.webhookEndpoints.list()).data).toMatchObject([{ description: 'c' }])
  })
})

describe('the process', () => {
  it('names every error in its environment and does not start', async () => {
    const failed = await run({ PORT: 'none', WEBHOOK_URL: 'http://127.0.0.1/' })
    expect(failed.code).toBe(1)
    expect(failed.stderr.trim().split('\n')).toHaveLength(2)
  })

  it('says when its port is taken, and does not touch the data file', async () => {
    {
      await using account = await startAccount({ dataFile })
      await account.stripe.customers.create({ name: 'Ada' })
      const failed = await run({ PORT: String(account.emulator.port) })
      expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining('EADDRINUSE')])
      await account.stripe.customers.create({ name: 'Bob' })
    }
    await using account = await startAccount({ dataFile })
    expect((await account.stripe.customers.list()).data.map(({ name }) => name)).toEqual(['Bob', 'Ada'])
  })
})
