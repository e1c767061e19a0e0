import { moves } from '../src/domain/payment.ts'

/** The moves as a Mermaid state diagram. */
export function picture(): string {
  const arrows = Object.entries(moves).flatMap(([name, { from, to }]) =>
    from.map((state) => `  ${state} --> ${to}: ${name}`),
  )
  return ['stateDiagram-v2', '  [*] --> AUTHORIZING', ...arrows].join('\n')
}

if (import.meta.main) process.stdout.write(`${picture()}\n`)
