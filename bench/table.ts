/** Rows of numbers as a table in markdown; a text is told as it is. */
export function markdown(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.map(told).join(' | ')} |`
  return [
    line(columns),
    `|${columns.map((_, index) => (index === 0 ? '---' : '---:')).join('|')}|`,
    ...rows.map(line),
  ].join('\n')
}

/** Three digits say all that a small and noisy machine knows. */
const told = (cell: string | number): string =>
  typeof cell === 'string' ? cell : Number(cell.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 3 })

/** The middle one. */
export function middle(numbers: readonly number[]): number {
  const value = numbers.toSorted((a, b) => a - b)[numbers.length >> 1]
  if (value === undefined) throw new Error('no numbers')
  return value
}
