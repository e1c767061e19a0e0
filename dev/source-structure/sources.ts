import { globSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'

/** Production code of a checkout: what people wrote that runs, or is the schema of what runs; no tests, no generated files. */
export const productionFiles = (root: string): string[] =>
  globSync('{gateway,subgraphs,packages,firmware-agent,prisma,dev}/**/*.{ts,mjs,sql,graphql,prisma}', {
    cwd: root,
    exclude: (path) => /(^|\/)(node_modules|\.holdfast|__generated__|generated|test)$/.test(path),
  })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !/\.test\.ts$|supergraph\.graphql$/.test(file))
    .filter((file) => !/^\/\/ Generated/i.test(readFileSync(join(root, file), 'utf8')))
    .sort()

/** Files of the checkout that a file imports, types included. */
export function importsOf(root: string, file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(/(?:\bfrom|\bimport\(|^import)\s*'(\.[^']+)'/gm)].map(([, path = '']) =>
    posix.join(dirname(file), path),
  )
}

/**
 * Cycles between the entries (files and folders) of each folder below `top`, shortest first. An entry stands for all
 * that is in it, so a cycle says that neither of two folders can be read or moved alone.
 */
export function folderCycles(root: string, top: string, files: readonly string[]): string[] {
  const inside = files.filter((file) => file.startsWith(`${top}/`) && file.endsWith('.ts'))
  const imports = inside.flatMap((file) => importsOf(root, file).map((target) => [file, target] as const))
  const folders = new Set(inside.map((file) => posix.dirname(file)).flatMap((folder) => [...parents(folder, top)]))
  return [...folders].flatMap((folder) => {
    const entryOf = (file: string) =>
      file.startsWith(`${folder}/`) ? file.slice(folder.length + 1).split('/', 1)[0] : undefined
    const edges = new Map<string, Set<string>>()
    for (const [from, to] of imports) {
      const [a, b] = [entryOf(from), entryOf(to)]
      if (a && b && a !== b) edges.set(a, (edges.get(a) ?? new Set()).add(b))
    }
    return cyclesIn(edges).map((cycle) => `${folder}: ${cycle.join(' -> ')}`)
  })
}

function* parents(folder: string, top: string): Generator<string> {
  for (let at = folder; at.startsWith(top); at = posix.dirname(at)) yield at
}

/** One cycle (the shortest) through each node that has one; a cycle is listed once, from its first node by name. */
export function cyclesIn(edges: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const found = new Map<string, string[]>()
  for (const start of edges.keys()) {
    const paths: string[][] = [[start]]
    const seen = new Set<string>()
    for (let path = paths.shift(); path; path = paths.shift()) {
      const next = [...(edges.get(path.at(-1) ?? '') ?? [])]
      if (next.includes(start)) {
        const first = path.indexOf([...path].sort()[0] ?? start)
        const cycle = [...path.slice(first), ...path.slice(0, first)]
        found.set(cycle.join(), [...cycle, cycle[0] ?? start])
        break
      }
      for (const each of next.filter((name) => !seen.has(name))) {
        seen.add(each)
        paths.push([...path, each])
      }
    }
  }
  return [...found.values()].sort((a, b) => a.length - b.length)
}
