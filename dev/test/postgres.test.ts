import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { freePort } from '../processes/free-port.ts'
import { postgres, queryOnce } from '../servers/postgres.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const testPostgres = async (name: string) =>
  postgres(
    { dataDir: join(folder, name, 'postgres'), logFile: join(folder, `${name}.log`) },
    { port: await freePort(), password: `password of ${name}`, durable: true },
  )

describe('Postgres', () => {
  it('runs twice side by side, and keeps what it committed through SIGKILL', async () => {
    const [one, other] = [await testPostgres('one'), await testPostgres('other')]
    try {
      await Promise.all([one.start(), other.start()])
      await queryOnce(one.url('postgres'), 'create table kept as select 42 as answer')
      await expect(queryOnce(other.url('postgres'), 'table kept')).rejects.toThrow('does not exist')

      await one.kill()
      await expect(queryOnce(one.url('postgres'), 'table kept')).rejects.toThrow()
      await one.start()
      expect(await queryOnce(one.url('postgres'), 'table kept')).toEqual([{ answer: 42 }])
    } finally {
      await Promise.all([one.stop(), other.stop()])
    }
  })

  it('is not mistaken for another one that already has the port', async () => {
    const one = await testPostgres('one')
    await one.start()
    const port = Number(new URL(one.url('postgres')).port)
    const late = postgres(
      { dataDir: join(folder, 'late'), logFile: join(folder, 'late.log') },
      { port, password: 'x', durable: false },
    )
    try {
      await expect(late.start()).rejects.toThrow('Address already in use')
      expect(late.running).toBe(false)
    } finally {
      await one.stop()
    }
  })
})
