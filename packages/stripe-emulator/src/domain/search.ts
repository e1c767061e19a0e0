import type Stripe from 'stripe'
import { invalidRequest } from './errors.ts'
import { accept, type Outcome, refuse } from './outcome.ts'

/**
 * Stripe's search language for PaymentIntents: clauses joined by AND or by OR, never both.
 * https://docs.stripe.com/search#search-query-language
 */
const clause =
  /\s*(-)?(metadata\[(?:"([^"]+)"|'([^']+)')\]|[a-z_]+)(:|~|>=|<=|>|<)(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(null|\d+))\s*/y
const joint = /(AND|OR)\s/iy

const searchable = ['amount', 'created', 'currency', 'customer', 'status'] as const

type Test = (intent: Stripe.PaymentIntent) => boolean

export interface IntentSearch {
  readonly fits: Test
  /** What every intent that fits has, for an index to narrow the search. */
  readonly where: Readonly<Record<string, string>>
}

export function intentSearch(query: string): Outcome<IntentSearch> {
  const tests: Test[] = []
  const exact: Record<string, string> = {}
  const joints = new Set<string>()
  let at = 0
  for (;;) {
    clause.lastIndex = at
    const match = clause.exec(query)
    if (!match) return malformed(query)
    const [, not, field = '', doubleKey, singleKey, operator = ':', double, single, bare] = match
    const key = doubleKey ?? singleKey
    if (key === undefined && !searchable.some((name) => name === field)) {
      return refuse(
        invalidRequest(`Field \`${field}\` is an unsupported search field for resource \`payment_intents\`.`, {
          param: 'query',
        }),
      )
    }
    const wanted = bare ?? (double ?? single ?? '').replace(/\\(.)/g, '$1')
    const test = compare(operator, bare === 'null' ? null : wanted)
    const value: (intent: Stripe.PaymentIntent) => unknown =
      key === undefined ? (intent) => intent[field as (typeof searchable)[number]] : (intent) => intent.metadata[key]
    if (operator === ':' && bare !== 'null' && not === undefined) {
      exact[key === undefined ? field : `metadata[${key}]`] = wanted
    }
    tests.push((intent) => test(value(intent)) !== (not !== undefined))
    at = clause.lastIndex
    if (at === query.length) break
    joint.lastIndex = at
    const word = joint.exec(query)
    if (!word) return malformed(query)
    joints.add((word[1] ?? '').toUpperCase())
    at = joint.lastIndex
  }
  if (joints.size > 1) {
    return refuse(invalidRequest('You cannot combine AND and OR in the same query.', { param: 'query' }))
  }
  return accept(
    joints.has('OR')
      ? { fits: (intent) => tests.some((test) => test(intent)), where: {} }
      : { fits: (intent) => tests.every((test) => test(intent)), where: exact },
  )
}

function compare(operator: string, wanted: string | null): (value: unknown) => boolean {
  const text = (value: unknown): string => (value === null || value === undefined ? '' : String(value).toLowerCase())
  switch (operator) {
    case '~':
      return (value) => text(value).includes(text(wanted))
    case '>':
      return (value) => Number(value) > Number(wanted)
    case '<':
      return (value) => Number(value) < Number(wanted)
    case '>=':
      return (value) => Number(value) >= Number(wanted)
    case '<=':
      return (value) => Number(value) <= Number(wanted)
    default:
      return (value) =>
        wanted === null ? value === null || value === undefined : value != null && text(value) === text(wanted)
  }
}

const malformed = (query: string) =>
  refuse(invalidRequest(`We were unable to parse your search query: ${query}`, { param: 'query' }))
