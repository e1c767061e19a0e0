import { readFileSync, writeFileSync } from 'node:fs'
import { commandMoves, commandStates } from '../src/domain/command.ts'
import { vehicleMoves, vehicleStates } from '../src/domain/vehicle.ts'

const readme = new URL('../README.md', import.meta.url)

interface Move {
  readonly name: string
  readonly from: string
  readonly to: string
}

/** The moves as mermaid draws them. */
function picture(states: readonly string[], moves: readonly Move[]): string {
  const lines = moves.map(({ name, from, to }) => `  ${from} --> ${to}: ${name}`)
  const ends = states.filter((state) => !moves.some(({ from }) => from === state)).map((state) => `  ${state} --> [*]`)
  return ['```mermaid', 'stateDiagram-v2', `  [*] --> ${states[0]}`, ...lines, ...ends, '```'].join('\n')
}

/** README as it is, and as the tables of moves want it. */
export function readmes(): { is: string; wanted: string } {
  const is = readFileSync(readme, 'utf8')
  const between = (name: string) => new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`)
  const wanted = is
    .replace(between('vehicle'), `$1\n${picture(vehicleStates, vehicleMoves)}\n\n$2`)
    .replace(between('command'), `$1\n${picture(commandStates, commandMoves)}\n\n$2`)
  return { is, wanted }
}

// `npm run picture -w @holdfast/fleet` draws it anew.
if (import.meta.main) writeFileSync(readme, readmes().wanted)
