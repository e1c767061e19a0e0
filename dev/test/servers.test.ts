import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { projectDir } from '../files/paths.ts'
import { freePort } from '../processes/free-port.ts'
import { endLeftovers, mutexFileOf, pidFileOf } from '../processes/leftover-processes.ts'
import { managedProcess, type Program } from '../processes/managed-process.ts'
import { acquireMutex, holderOf, releaseMutex } from '../processes/process-mutex.ts'
import { isAlive } from '../processes/process-table.ts'
import { postgres, queryOnce } from '../servers/postgres.ts'
import { loadDevices } from '../stack/devices.ts'
import { choosePorts } from '../stack/ports.ts'
import { readSettings } from '../stack/settings.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const testPostgres = async (name: string) =>
  postgres({
    dataDir: join(folder, name, 'postgres'),
    port: await freePort(),
    password: `password of ${name}`,
    logFile: join(folder, `${name}.log`),
    durable: true,
  })

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
    const late = postgres({
      dataDir: join(folder, 'late'),
      port,
      password: 'x',
      logFile: join(folder, 'late.log'),
      durable: false,
    })
    try {
      await expect(late.start()).rejects.toThrow('Address already in use')
      expect(late.running).toBe(false)
    } finally {
      await one.stop()
    }
  })
})

describe('a server', () => {
  const program = (script: string, more: Partial<Program> = {}): Program => ({
    name: 'small',
    command: process.execPath,
    args: ['-e', script],
    logFile: join(folder, 'small.log'),
    ready: async () => {
      if (!readFileSync(join(folder, 'small.log'), 'utf8').includes('up')) throw new Error('not up')
    },
    ...more,
  })

  it('that dies while starting leaves its last words', async () => {
    const dying = managedProcess(program("console.error('no such table'); process.exit(3)"))
    await expect(dying.start()).rejects.toThrow(/ended while starting.*no such table/s)
    expect(dying.running).toBe(false)
  })

  it('that never answers is ended', async () => {
    const mute = managedProcess(program('setInterval(() => {}, 1000)', { readyTimeoutMs: 300 }))
    await expect(mute.start()).rejects.toThrow('did not answer within 0.3 s (not up)')
    expect(isAlive(mute.pid)).toBe(false)
  })

  it('that does not stop when asked is killed after its grace', async () => {
    const deaf = managedProcess(
      program("process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)", { graceMs: 200 }),
    )
    await deaf.start()
    await deaf.stop()
    expect(await deaf.exited).toEqual({ code: null, signal: 'SIGKILL' })
  })

  it('stops also while paused', async () => {
    const paused = managedProcess(
      program("process.on('SIGTERM', () => process.exit(7)); console.log('up'); setInterval(() => {}, 1000)"),
    )
    await paused.start()
    await paused.pause()
    await paused.stop()
    expect(await paused.exited).toEqual({ code: 7, signal: null })
  })
})

describe('what a killed start left behind', () => {
  /** Starts a server from a process that is then killed, as `kill -9` does to `npm start`. */
  const abandon = async (): Promise<number> => {
    const script = `
      import { managedProcess } from ${JSON.stringify(join(projectDir, 'dev', 'processes', 'managed-process.ts'))}
      const one = managedProcess({ name: 'small', command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'],
        logFile: ${JSON.stringify(join(folder, 'small.log'))}, pidFile: ${JSON.stringify(pidFileOf(folder, 'small'))}, ready: async () => {} })
      await one.start()
      console.log(one.pid)
      setInterval(() => {}, 1000)`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    const [pid] = await new Promise<string[]>((resolve) =>
      parent.stdout.once('data', (text) => resolve(String(text).split('\n'))),
    )
    parent.kill('SIGKILL')
    return Number(pid)
  }

  it('is ended by the next start', async () => {
    const pid = await abandon()
    expect(isAlive(pid)).toBe(true)
    expect(await endLeftovers(folder)).toEqual(['small'])
    expect(isAlive(pid)).toBe(false)
    expect(existsSync(pidFileOf(folder, 'small'))).toBe(false)
  })

  it('is not mistaken for a stranger who got its pid since', async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    try {
      mkdirSync(join(folder, 'run'))
      writeFileSync(pidFileOf(folder, 'small'), JSON.stringify({ pid: stranger.pid, startedAt: 'long ago' }))
      expect(await endLeftovers(folder)).toEqual([])
      expect(isAlive(stranger.pid ?? 0)).toBe(true)
    } finally {
      stranger.kill('SIGKILL')
    }
  })
})

describe('the lock of a data folder', () => {
  it('is refused while its holder lives, and says who that is', () => {
    expect(acquireMutex(mutexFileOf(folder))).toBeUndefined()
    expect(acquireMutex(mutexFileOf(folder))).toMatchObject({ pid: process.pid })
    releaseMutex(mutexFileOf(folder))
    expect(acquireMutex(mutexFileOf(folder))).toBeUndefined()
  })

  it('is free when its holder is gone', () => {
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    mkdirSync(join(folder, 'run'))
    writeFileSync(mutexFileOf(folder), JSON.stringify({ pid, startedAt: 'then' }))
    expect(holderOf(mutexFileOf(folder))).toBeUndefined()
    expect(acquireMutex(mutexFileOf(folder))).toBeUndefined()
    expect(holderOf(mutexFileOf(folder))).toMatchObject({ pid: process.pid })
  })
})

describe('ports', () => {
  it('that are taken are all named, with the variables that change them', async () => {
    const doors = await Promise.all([listening(), listening()])
    const [port = 0, issuerPort = 0] = doors.map(({ port }) => port)
    try {
      const read = readSettings({ PORT: String(port), ISSUER_PORT: String(issuerPort) }, [])
      if (!read.ok) throw new Error('settings')
      const refusal = choosePorts(folder, 'fixed', read.settings, new Set())
      await expect(refusal).rejects.toThrow(`Port ${port} is taken by another program; set PORT to a free one.`)
      await expect(refusal).rejects.toThrow(
        `Port ${issuerPort} is taken by another program; set ISSUER_PORT to a free one.`,
      )
      const free = await choosePorts(folder, 'free', read.settings, new Set())
      expect([free.gateway, free.issuer]).not.toEqual([port, issuerPort])
    } finally {
      for (const { close } of doors) close()
    }
  })

  it('stay the same from start to start, except one that somebody took', async () => {
    const read = readSettings({}, [])
    if (!read.ok) throw new Error('settings')
    const first = await choosePorts(folder, 'free', read.settings, new Set())
    expect(await choosePorts(folder, 'free', read.settings, new Set())).toEqual(first)
    const thief = createServer()
    await new Promise<void>((resolve) => thief.listen(first.redis, '127.0.0.1', resolve))
    const { redis, ...others } = await choosePorts(folder, 'free', read.settings, new Set())
    thief.close()
    expect(redis).not.toBe(first.redis)
    expect({ ...others, redis: first.redis }).toEqual(first)
  })

  const listening = async () => {
    const door = createServer()
    const port = await freePort()
    await new Promise<void>((resolve) => door.listen(port, '127.0.0.1', resolve))
    return { port, close: () => door.close() }
  }
})

describe('devices', () => {
  it('stay as they are when more are asked for, or fewer', () => {
    const first = loadDevices(folder, 3, 4).devices
    expect(first).toHaveLength(7)
    const more = loadDevices(folder, 5, 4).devices
    expect(more.slice(0, 7)).toEqual(first)
    expect(more.filter(({ rides }) => rides)).toHaveLength(5)
    expect(loadDevices(folder, 1, 4).devices).toEqual(more)
  })

  it('stand in Frankfurt', () => {
    for (const { latitude, longitude } of loadDevices(folder, 60, 100).devices) {
      expect(latitude).toBeGreaterThan(50.01)
      expect(latitude).toBeLessThan(50.23)
      expect(longitude).toBeGreaterThan(8.47)
      expect(longitude).toBeLessThan(8.81)
    }
  })
})

describe('npm start with a wrong configuration', () => {
  it('names every fault, starts nothing and fails', () => {
    const run = spawnSync(process.execPath, [join(projectDir, 'dev', 'cli.ts'), 'start', '--fleet', '0'], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], PORT: 'x', LOG_LEVEL: 'y' },
    })
    expect(run.status).toBe(1)
    expect(run.stderr).toMatch(/3 faults.*PORT.*LOG_LEVEL|3 faults.*LOG_LEVEL.*PORT/s)
    expect(run.stdout).toBe('')
  })
})
