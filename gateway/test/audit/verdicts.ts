/** A reporter for Node's test runner: one line of JSON per test of the audit. */
import type { TestEvent } from 'node:test/reporters'

export interface Verdict {
  readonly name: string
  /** Undefined when the test passed. */
  readonly why?: string
}

export default async function* verdicts(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    if ((type !== 'test:pass' && type !== 'test:fail') || data.details.type === 'suite') continue
    const why = type === 'test:fail' ? (data.details.error.cause ?? data.details.error) : undefined
    const verdict: Verdict = { name: data.name, ...(why !== undefined && { why: messageOf(why) }) }
    yield `${JSON.stringify(verdict)}\n`
  }
}

const messageOf = (why: unknown): string => (why instanceof Error ? why.message : String(why))
