/**
 * How often a field may be used, as `@rate` in the supergraph declares. A subgraph defines it with
 *
 *     extend schema
 *       @link(url: "https://holdfast.dev/gateway/v0.1", import: ["@rate"])
 *       @composeDirective(name: "@rate")
 *     directive @rate(count: Int!, seconds: Int!, per: String! = "identity", away: String! = "local") repeatable
 *       on FIELD_DEFINITION
 */
import type { DocumentNode } from 'graphql'
import { z } from 'zod'
import { applications, validArguments } from './directives.ts'

const Rate = z.strictObject({
  count: z.number().int().min(1).max(1_000_000),
  seconds: z.number().int().min(1).max(86_400),
  /** Whose uses are counted together: a person's (or an address's, where nobody signed in), an address's, a registered client's, or all. */
  per: z.enum(['identity', 'address', 'client', 'everybody']).default('identity'),
  /** What happens while Redis cannot be reached: this gateway counts alone, all uses are allowed, or all are refused. */
  away: z.enum(['local', 'allow', 'refuse']).default('local'),
})

/**
 * `count` uses, which may come all at once. They become available again one by one, all of them within `seconds`. So steady use is
 * limited to `count` per `seconds`, and the first `seconds` after a pause may see up to twice that.
 */
export interface RateRule extends Readonly<z.infer<typeof Rate>> {
  /** What is counted. Rules with the same name share their counts, so they must be equal. */
  readonly name: string
}

/** Throws when a rule is invalid: serving the previous supergraph is better than serving one without its limits. */
export function readFieldRates(supergraph: DocumentNode) {
  const rules = new Map<string, readonly RateRule[]>()
  for (const { coordinate, directive } of applications(supergraph, 'rate')) {
    const rate = validArguments(Rate, coordinate, directive)
    const rule = { ...rate, name: `${coordinate} ${rate.count}/${rate.seconds}s ${rate.per}` }
    const before = rules.get(coordinate) ?? []
    if (before.some(({ name }) => name === rule.name)) throw new Error(`${coordinate} has the same rate twice`)
    rules.set(coordinate, [...before, rule])
  }
  return {
    /** The rules of a field; the same rule is the same object. */
    ofField: (type: string, field: string) => rules.get(`${type}.${field}`) ?? [],
  }
}
