/** The result of a command and the lines that it prints. */
export interface Outcome {
  readonly ok: boolean
  readonly lines: readonly string[]
}

export const done = (...lines: readonly string[]): Outcome => ({ ok: true, lines })
export const refused = (...lines: readonly string[]): Outcome => ({ ok: false, lines })

/** Rows under their heads, in columns. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)))
  return [heads, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
