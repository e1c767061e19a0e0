import type pg from 'pg'

/** What must be true, by name. Each query returns the rows that break it, as text in the column `broken`. */
export type Invariants = Readonly<Record<string, string>>

export interface BrokenInvariant {
  readonly invariant: string
  /** At most ten of the rows that break it. */
  readonly examples: readonly string[]
}

/** The invariants that do not hold; empty is good. Each query reads one snapshot, so it may run under load. */
export async function brokenInvariants(
  db: Pick<pg.ClientBase | pg.Pool, 'query'>,
  invariants: Invariants,
): Promise<BrokenInvariant[]> {
  const broken: BrokenInvariant[] = []
  for (const [invariant, query] of Object.entries(invariants)) {
    const { rows } = await db.query<{ broken: string }>(`select broken from (${query}) broken_rows limit 10`)
    if (rows.length > 0) broken.push({ invariant, examples: rows.map((row) => row.broken) })
  }
  return broken
}
