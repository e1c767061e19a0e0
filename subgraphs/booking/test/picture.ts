import { readFileSync, writeFileSync } from 'node:fs'
import { isOver, moves, states } from '../src/domain/booking.ts'

const readme = new URL('../README.md', import.meta.url)
const marked = /(<!-- moves -->\n)[\s\S]*?(<!-- \/moves -->)/

/** The moves as mermaid draws them. */
function picture(): string {
  const lines = moves.map(({ name, from, to }) => `  ${from} --> ${to}: ${name}`)
  const ends = states.filter(isOver).map((state) => `  ${state} --> [*]`)
  return ['```mermaid', 'stateDiagram-v2', '  [*] --> HELD: hold', ...lines, ...ends, '```', ''].join('\n')
}

/** Who makes each move. */
function table(): string {
  const rows = [['move', 'from', 'to', 'by'], ...moves.map(({ name, from, to, by }) => [name, from, to, by])]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const [head, ...body] = rows.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`)
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [head, rule, ...body, ''].join('\n')
}

/** README as it is, and as the table of moves wants it. */
export function readmes(): { is: string; wanted: string } {
  const is = readFileSync(readme, 'utf8')
  return { is, wanted: is.replace(marked, `$1\n${picture()}\n${table()}\n$2`) }
}

// `npm run picture -w @holdfast/booking` draws it anew.
if (import.meta.main) writeFileSync(readme, readmes().wanted)
