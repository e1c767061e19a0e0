/**
 * `npm run measure [-- <folder of a checkout>]`: how large the production code is and whether its folders form cycles.
 * To compare two versions, check the older one out beside this one and give its folder.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { folderCycles, productionFiles } from './sources.ts'

const root = process.argv[2] ?? process.cwd()
const files = productionFiles(root)
const linesOf = (file: string) => readFileSync(join(root, file), 'utf8').split('\n').length - 1
const code = files.filter((file) => /\.(ts|mjs)$/.test(file)).map((file) => ({ file, lines: linesOf(file) }))
const sorted = code.toSorted((a, b) => a.lines - b.lines)
const sum = (list: readonly { lines: number }[]) => list.reduce((total, { lines }) => total + lines, 0)
const tops = [...new Set(files.flatMap((file) => /^(.*?\/src)\//.exec(file)?.[1] ?? []))]
const cycles = tops.flatMap((top) => folderCycles(root, top, files))
const longest = sorted.at(-1)

console.log(`TypeScript: ${code.length} files, ${sum(code)} lines`)
console.log(
  `with SQL, GraphQL and Prisma: ${files.length} files, ${sum(files.map((file) => ({ lines: linesOf(file) })))} lines`,
)
console.log(
  `median file ${sorted[Math.floor((sorted.length - 1) / 2)]?.lines} lines, longest ${longest?.lines} (${longest?.file})`,
)
const perTop = Object.entries(
  Object.groupBy(code, ({ file }) => /^((?:subgraphs|packages)\/)?[^/]+/.exec(file)?.[0] ?? file),
)
for (const [top, list = []] of perTop) console.log(`  ${top}: ${list.length} files, ${sum(list)} lines`)
console.log(`folder cycles: ${cycles.length}${cycles.map((cycle) => `\n  ${cycle}`).join('')}`)
