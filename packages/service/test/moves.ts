/** For tests: one state machine is described in code, SQL, SDL and README, and all of them must say the same. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { buildASTSchema, isEnumType, parse } from 'graphql'
import type { Move } from '../src/domain/moves.ts'
import { isFinal } from '../src/domain/moves.ts'
import type { Queryable } from '../src/postgres/pool.ts'

/** A state machine, and where it is described. */
export interface StateMachine {
  /** Every state, in the order of the enums; the first one is where it begins. */
  readonly states: readonly string[]
  readonly moves: readonly Move<string>[]
  /** Labels the arrow to the first state. */
  readonly begins?: string
  /** Table of the legal moves: name, from_state, to_state. */
  readonly sqlTable: string
  /** Enum of the states in Postgres. */
  readonly sqlEnum: string
  readonly schema: URL
  /** Enum of the states in `schema`. */
  readonly sdlEnum: string
  /** States that are shown to clients and never stored. */
  readonly onlyInSdl?: readonly string[]
  readonly readme: URL
  /** The README shows the moves between `<!-- marker -->` and `<!-- /marker -->`. */
  readonly marker: string
}

/** Throws with the difference when code, SQL, SDL and README do not describe the same states and moves. */
export async function assertAgreement(machine: StateMachine, db: Queryable): Promise<void> {
  const { states, moves, sqlTable, sqlEnum, schema, sdlEnum, onlyInSdl = [], readme } = machine
  const { rows } = await db.query<Move<string>>(`select name, from_state as "from", to_state as "to" from ${sqlTable}`)
  const sorted = (list: readonly Move<string>[]) => list.map(({ name, from, to }) => `${name}: ${from} -> ${to}`).sort()
  assert.deepEqual(
    {
      [sqlTable]: sorted(rows),
      [sqlEnum]: await enumInSql(db, sqlEnum),
      [sdlEnum]: enumInSdl(schema, sdlEnum).filter((state) => !onlyInSdl.includes(state)),
      README: readFileSync(readme, 'utf8'),
    },
    { [sqlTable]: sorted(moves), [sqlEnum]: states, [sdlEnum]: states, README: readmeOf(machine) },
  )
}

/** Writes the moves into the README. */
export const updateReadme = (machine: StateMachine): void => writeFileSync(machine.readme, readmeOf(machine))

/** The words of an enum in Postgres, in its order; `name` with its schema. */
export async function enumInSql(db: Queryable, name: string): Promise<string[]> {
  const { rows } = await db.query<{ words: string[] }>(`select enum_range(null::${name})::text[] as words`)
  return rows[0]?.words ?? []
}

/** The words of an enum in an SDL file, in its order. Throws when there is no such enum. */
export function enumInSdl(schema: URL, name: string): string[] {
  const type = buildASTSchema(parse(readFileSync(schema, 'utf8')), { assumeValidSDL: true }).getType(name)
  if (!isEnumType(type)) throw new Error(`${name} is not an enum in ${schema}`)
  return type.getValues().map((value) => value.name)
}

function readmeOf({ readme, marker, states, moves, begins }: StateMachine): string {
  const text = readFileSync(readme, 'utf8')
  const [start, end] = [`<!-- ${marker} -->\n`, `<!-- /${marker} -->`]
  const [from, to] = [text.indexOf(start), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`${readme} has no ${start.trim()} before ${end}`)
  const parts = [start, diagram(states, moves, begins), ...(moves.some(({ by }) => by) ? [table(moves)] : []), end]
  return text.slice(0, from) + parts.join('\n') + text.slice(to + end.length)
}

function diagram(states: readonly string[], moves: readonly Move<string>[], begins: string | undefined): string {
  const first = `  [*] --> ${states[0]}${begins ? `: ${begins}` : ''}`
  const arrows = moves.map(({ name, from, to }) => `  ${from} --> ${to}: ${name}`)
  const ends = states.filter((state) => isFinal(moves, state)).map((state) => `  ${state} --> [*]`)
  return ['```mermaid', 'stateDiagram-v2', first, ...arrows, ...ends, '```', ''].join('\n')
}

function table(moves: readonly Move<string>[]): string {
  const rows = [['move', 'from', 'to', 'by'], ...moves.map(({ name, from, to, by = '' }) => [name, from, to, by])]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const [head, ...body] = rows.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`)
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [head, rule, ...body, ''].join('\n')
}
