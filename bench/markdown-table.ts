type Cell = string | number

/** A table in Markdown. Numbers are rounded to three significant digits: a small and noisy machine gives no more. */
export function markdownTable(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]) => `| ${cells.map(format).join(' | ')} |`
  return [
    line(columns),
    `|${columns.map((_, index) => (index === 0 ? '---' : '---:')).join('|')}|`,
    ...rows.map(line),
  ].join('\n')
}

const format = (cell: Cell): string =>
  typeof cell === 'string' ? cell : Number(cell.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 3 })
