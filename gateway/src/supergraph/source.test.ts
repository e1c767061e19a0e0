import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLog } from '@holdfast/service/process'
import { expect, it } from '@jest/globals'
import { supergraphSource } from './source.ts'

it('a change of the supergraph file between loading and watching is noticed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'source-'))
  const stopping = new AbortController()
  try {
    const file = join(folder, 'supergraph.graphql')
    await writeFile(file, 'before')
    const source = supergraphSource(file, createLog('test', 'silent'))
    expect(await source.read()).toBe('before')
    await writeFile(file, 'since')
    const seen: string[] = []
    const watching = source.watch(stopping.signal, async (sdl) => void seen.push(sdl))
    for (let tries = 0; tries < 300 && seen.length === 0; tries++) await sleep(10)
    stopping.abort()
    await watching
    expect(seen).toEqual(['since'])
  } finally {
    stopping.abort()
    await rm(folder, { recursive: true })
  }
})
