import type Stripe from 'stripe'
import { accept, type Outcome, refuseInvalid } from './outcome.ts'

/**
 * Stripe's search language for PaymentIntents: clauses joined by AND or by OR, never both.
 * https://docs.stripe.com/search#search-query-language
 */
const clause =
  /\s*(-)?(metadata\[(?:"([^"]+)"|'([^']+)')\]|[a-z_]+)(:|~|>=|<=|>|<)(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(null|\d+))\s*/y
const conjunction = /(AND|OR)\s/iy

const searchable = ['amount', 'created', 'currency', 'customer', 'status'] as const

type Test = (intent: Stripe.PaymentIntent) => boolean

export interface IntentSearch {
  readonly matches: Test
  /** Members that every match has, for an index to narrow the search. */
  readonly where: Readonly<Record<string, string>>
}

export function intentSearch(query: string): Outcome<IntentSearch> {
  const refused = (message: string) => refuseInvalid(message, { param: 'query' })
  const malformed = () => refused(`We were unable to parse your search query: ${query}`)
  const tests: Test[] = []
  const exact: Record<string, string> = {}
  const conjunctions = new Set<string>()
  let at = 0
  for (;;) {
    clause.lastIndex = at
    const match = clause.exec(query)
    if (!match) return malformed()
    const [, not, field = '', doubleKey, singleKey, operator = ':', double, single, bare] = match
    const key = doubleKey ?? singleKey
    const member = searchable.find((name) => name === field)
    if (key === undefined && !member) {
      return refused(`Field \`${field}\` is an unsupported search field for resource \`payment_intents\`.`)
    }
    const operand = bare === 'null' ? null : (bare ?? (double ?? single ?? '').replace(/\\(.)/g, '$1'))
    if (operator === ':' && operand !== null && !not) exact[key === undefined ? field : `metadata[${key}]`] = operand
    tests.push((intent) => {
      const value = key === undefined ? member && intent[member] : intent.metadata[key]
      return compare(value, operator, operand) !== Boolean(not)
    })
    at = clause.lastIndex
    if (at === query.length) break
    conjunction.lastIndex = at
    const word = conjunction.exec(query)
    if (!word) return malformed()
    conjunctions.add((word[1] ?? '').toUpperCase())
    at = conjunction.lastIndex
  }
  if (conjunctions.size > 1) return refused('You cannot combine AND and OR in the same query.')
  return accept(
    conjunctions.has('OR')
      ? { matches: (intent) => tests.some((test) => test(intent)), where: {} }
      : { matches: (intent) => tests.every((test) => test(intent)), where: exact },
  )
}

/** Text is compared without upper and lower case; null is compared with what the intent does not have. */
function compare(value: unknown, operator: string, operand: string | null): boolean {
  const text = (each: unknown): string => String(each ?? '').toLowerCase()
  switch (operator) {
    case '~':
      return text(value).includes(text(operand))
    case '>':
      return Number(value) > Number(operand)
    case '<':
      return Number(value) < Number(operand)
    case '>=':
      return Number(value) >= Number(operand)
    case '<=':
      return Number(value) <= Number(operand)
    default:
      return operand === null ? value == null : value != null && text(value) === text(operand)
  }
}
