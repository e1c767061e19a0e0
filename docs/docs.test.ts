import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { buildSchema, parse, validate } from 'graphql'

const root = join(import.meta.dirname, '..')
const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
const packages = execFileSync('git', ['ls-files', '*package.json'], { cwd: root, encoding: 'utf8' }).trim().split('\n')
const scripts = new Set(
  packages.flatMap((file) => {
    const { scripts } = JSON.parse(readFileSync(join(root, file), 'utf8')) as { scripts?: object }
    return Object.keys(scripts ?? {})
  }),
)

/** The schema as clients see it is the supergraph without what only the gateway reads. */
const supergraph = buildSchema(readFileSync(join(root, 'gateway/supergraph.graphql'), 'utf8'), { assumeValidSDL: true })

describe.each(pages)('%s', (page) => {
  const text = readFileSync(join(root, page), 'utf8')

  it('names only commands that exist', () => {
    const named = [...text.matchAll(/npm run (?:-s |--silent )?([a-z][a-z:-]*)/g)].map(([, name]) => name ?? '')
    expect(named.filter((name) => !scripts.has(name))).toEqual([])
  })

  it('links only to what is there', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g)].map(([, link]) => link ?? '')
    expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([])
  })

  it('shows only operations that the gateway understands', () => {
    const operations = [...text.matchAll(/```graphql\n([\s\S]*?)```/g)]
      .map(([, body]) => body ?? '')
      .filter((body) => /^\s*(query|mutation|subscription|\{)/.test(body))
    if (page.startsWith('packages/') || page.startsWith('gateway/')) return // Their examples are of other schemas.
    for (const body of operations) expect(validate(supergraph, parse(body)).map(({ message }) => message)).toEqual([])
  })
})
