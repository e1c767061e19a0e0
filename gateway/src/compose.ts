/**
 * Composes `subgraphs/<name>/schema.graphql` into `gateway/supergraph.graphql`. With `--check` it writes nothing and fails when the
 * committed file differs. Routing URLs are service names, which SUBGRAPH_URLS can replace.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'

const root = join(import.meta.dirname, '../..')
const target = join(root, 'gateway/supergraph.graphql')

async function subgraphSchemas() {
  const names = (await readdir(join(root, 'subgraphs'))).sort()
  return Promise.all(
    names.map(async (name) => ({
      name,
      url: `http://${name}:4000/graphql`,
      typeDefs: parse(await readFile(join(root, 'subgraphs', name, 'schema.graphql'), 'utf8')),
    })),
  )
}

/** The supergraph of the subgraphs as they are on disk. Throws with all composition errors. */
export async function composed(): Promise<string> {
  const result = composeServices(await subgraphSchemas())
  if (result.errors) throw new Error(result.errors.map((error) => error.message).join('\n'))
  return `${result.supergraphSdl.trimEnd()}\n`
}

if (import.meta.main) {
  const fresh = await composed()
  if (process.argv.includes('--check')) {
    const committed = await readFile(target, 'utf8').catch(() => '')
    if (committed !== fresh) {
      process.stderr.write(
        `${relative(root, target)} differs from what the subgraphs compose to. Run: npm run compose\n`,
      )
      process.exit(1)
    }
  } else await writeFile(target, fresh)
}
