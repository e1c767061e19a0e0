import { type Inspect, onlyName } from '@holdfast/operations'
import type { Viewer } from '@holdfast/service/identity'
import type { Log } from '@holdfast/service/process'
import { Kind, parse, valueFromAST } from 'graphql'
import type { Limits } from '../core/limits.ts'
import type { Step } from '../planning/steps.ts'
import { isAllowed, type Rule } from '../supergraph/access.ts'
import type { Graph } from '../supergraph/graph.ts'
import type { Operation } from './operation.ts'
import { rulesOf } from './permitted.ts'
import { plannedOperations } from './planned-operations.ts'

/** Reads operations as the gateway would for a viewer who may see all of them, and returns every reason why it would refuse them. */
export function inspector(graph: Graph, limits: Limits, log: Log): Inspect {
  const { read } = plannedOperations(graph, { limits, production: false, log })

  return (text) => {
    const only = onlyName(text)
    if (!only.ok) return only
    const inspected = read(text, only.name)
    if (!inspected.ok) return { ok: false, errors: inspected.errors.map(({ message }) => message) }
    const { operation } = inspected
    const { selected: rules } = rulesOf(graph.schema, graph.access, parse(text, { noLocation: true }))
    const { step, event } = operation.planFor(signedIn(rules.flatMap(scopesOf)))
    const cost = costOf(graph, operation)
    if (graph.costs.declared && cost !== undefined && cost > limits.cost)
      return { ok: false, errors: [`The operation costs ${cost} points; at most ${limits.cost} are allowed.`] }
    return {
      ok: true,
      name: only.name,
      type: operation.type,
      cost,
      fetches: fetchesOf(step) + (event ? 1 : 0),
      notVisibleWith: (scopes) => rules.filter((rule) => !isAllowed(rule, signedIn(scopes))).map(explained),
    }
  }
}

const explained = (rule: Rule): string =>
  rule.kind === 'scopes'
    ? `It selects something that needs the scopes ${rule.anyOf.map((set) => set.join(' ')).join(', or ')}.`
    : 'It selects something that nobody is allowed to see.'

const signedIn = (scopes: readonly string[]): Viewer => ({ id: '', role: 'operator', scopes: [...scopes] })
const scopesOf = (rule: Rule): readonly string[] => (rule.kind === 'scopes' ? rule.anyOf.flat() : [])

/** The cost with the variables' defaults. */
function costOf({ schema }: Graph, { definition, estimate }: Operation): number | undefined {
  const variables: Record<string, unknown> = {}
  for (const { variable, defaultValue, type } of definition.variableDefinitions ?? []) {
    const named = type.kind === Kind.NON_NULL_TYPE ? type.type : type
    const inputType = named.kind === Kind.NAMED_TYPE ? schema.getType(named.name.value) : undefined
    if (defaultValue && inputType && 'parseLiteral' in inputType)
      variables[variable.name.value] = valueFromAST(defaultValue, inputType)
  }
  const estimated = estimate(variables)
  return estimated.ok ? estimated.cost.points : undefined
}

function fetchesOf(step: Step | undefined): number {
  if (!step) return 0
  if (step.kind === 'condition') return Math.max(fetchesOf(step.yes), fetchesOf(step.no))
  if (step.kind === 'root' || step.kind === 'entities') return 1
  return step.steps.reduce((total, one) => total + fetchesOf(one), 0)
}
