import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { cyclesIn, folderCycles, importsOf, productionFiles } from './sources.ts'

const projectDir = join(import.meta.dirname, '..', '..')
const files = productionFiles(projectDir)
const sources = [...new Set(files.flatMap((file) => /^(.*?\/src)\//.exec(file)?.[1] ?? []))]

describe('folders', () => {
  it.each([...sources, 'dev'])('of %s form no cycle', (folder) => {
    expect(folderCycles(projectDir, folder, files)).toEqual([])
  })

  it.each(files.filter((file) => /\/domain\/[^/]+\.ts$/.test(file)))('%s imports only its own folder', (file) => {
    expect(importsOf(projectDir, file).filter((path) => !path.startsWith(file.replace(/[^/]+$/, '')))).toEqual([])
  })

  it('of all subgraphs are the same', () => {
    const entries = (name: string) =>
      [...new Set(files.flatMap((file) => file.match(`^subgraphs/${name}/src/([^/]+)`)?.[1] ?? []))].sort()
    const common = [
      'commands',
      'config.ts',
      'context.ts',
      'domain',
      'events',
      'main.ts',
      'messages.ts',
      'resolvers',
      'store',
    ]
    for (const name of ['booking', 'fleet', 'payment']) expect(entries(name)).toEqual(expect.arrayContaining(common))
  })
})

it('the agent on a vehicle loads no Apollo Server, Postgres or Redis', () => {
  const loaded = files.filter((file) =>
    /^(firmware-agent|packages\/contracts|packages\/service\/src\/(http|process))\//.test(file),
  )
  const packages = loaded.flatMap((file) => packagesIn(readFileSync(join(projectDir, file), 'utf8')))
  expect(packages.filter((name) => /^(@apollo|graphql|pg|ioredis|@prisma)/.test(name))).toEqual([])
  expect(
    packages
      .filter((name) => /^@holdfast\/(service|contracts)/.test(name))
      .every((name) => /contracts|http|process/.test(name)),
  ).toBe(true)
})

const packagesIn = (text: string) => [...text.matchAll(/\bfrom '([^.][^']*)'/g)].map(([, name = '']) => name)

describe('cycles', () => {
  const edges = (list: Record<string, readonly string[]>) =>
    new Map(Object.entries(list).map(([from, to]) => [from, new Set(to)]))

  it.each([
    ['none where imports point one way', { main: ['a', 'b'], a: ['b'] }, []],
    ['one of two folders', { a: ['b'], b: ['a'] }, [['a', 'b', 'a']]],
    ['one over a third folder', { a: ['b'], b: ['c'], c: ['a'] }, [['a', 'b', 'c', 'a']]],
    [
      'two that share a folder',
      { a: ['b', 'c'], b: ['a'], c: ['a'] },
      [
        ['a', 'b', 'a'],
        ['a', 'c', 'a'],
      ],
    ],
  ])('are found: %s', (_, imports, expected) => {
    expect(cyclesIn(edges(imports))).toEqual(expected)
  })
})
