/** What a graph makes of an operation before anybody sends it. */
import type { Viewer } from '@holdfast/service/identity'
import { createLog } from '@holdfast/service/process'
import { GraphQLError, Kind, type OperationTypeNode, parse, valueFromAST } from 'graphql'
import { documents } from '../document/documents.ts'
import type { Limits } from '../document/limits.ts'
import type { Operation } from '../document/operation.ts'
import { rulesOf } from '../document/permitted.ts'
import type { Step } from '../plan/steps.ts'
import { isAllowed, type Rule } from '../supergraph/access.ts'
import type { Graph } from '../supergraph/graph.ts'

export type Inspected =
  | {
      readonly ok: true
      readonly name: string
      readonly type: OperationTypeNode
      /** Points with the variables' defaults; undefined when it depends on others. */
      readonly cost: number | undefined
      /** Requests to subgraphs; of a subscription, the one that stays open and those of each event. */
      readonly fetches: number
      /** What decides who may see all of it. */
      readonly rules: readonly Rule[]
    }
  | { readonly ok: false; readonly faults: readonly string[] }

/** Reads operations as the gateway would for somebody who may see all of them, and says all that it would not answer. */
export function inspector(graph: Graph, limits: Limits): (text: string) => Inspected {
  const log = createLog('operations', 'silent')
  const read = documents(graph, { limits, closed: false, counted: () => undefined, log }).read

  return (text) => {
    const name = onlyName(text)
    if (!name.ok) return name
    const inspected = read(text, name.name)
    if (!inspected.ok) return { ok: false, faults: inspected.faults.map(({ message }) => message) }
    const { operation } = inspected
    const rules = rulesOf(graph.schema, graph.access, parse(text, { noLocation: true }))
    const { step, event } = operation.planFor(signedIn(rules.flatMap(scopesOf)))
    const cost = costOf(graph, operation)
    if (graph.costs.declared && cost !== undefined && cost > limits.cost)
      return failed(`The operation costs ${cost} points, at most ${limits.cost} are allowed.`)
    return {
      ok: true,
      name: name.name,
      type: operation.type,
      cost,
      fetches: fetchesOf(step) + (event ? 1 : 0),
      rules,
    }
  }
}

/** What of an operation with these rules nobody sees through a partner of these scopes, whoever signs in. */
export function outOfReach(rules: readonly Rule[], scopes: readonly string[]): readonly string[] {
  const viewer = signedIn(scopes)
  return rules
    .filter((rule) => !isAllowed(rule, viewer))
    .map((rule) =>
      rule.kind === 'scopes'
        ? `It asks for something that needs the scopes ${rule.anyOf.map((set) => set.join(' ')).join(', or ')}.`
        : 'It asks for something that nobody is allowed to see.',
    )
}

const signedIn = (scopes: readonly string[]): Viewer => ({ id: '', role: 'operator', scopes: [...scopes] })
const scopesOf = (rule: Rule): readonly string[] => (rule.kind === 'scopes' ? rule.anyOf.flat() : [])

/** The name of the only operation in a document. */
export function onlyName(text: string): { ok: true; name: string } | { ok: false; faults: readonly string[] } {
  try {
    const operations = parse(text, { noLocation: true, maxTokens: 100_000 }).definitions.filter(
      ({ kind }) => kind === Kind.OPERATION_DEFINITION,
    )
    const [first, second] = operations
    if (!first || second) return failed('A published document has exactly one operation.')
    const name = 'name' in first ? first.name?.value : undefined
    return name === undefined ? failed('A published operation has a name.') : { ok: true, name }
  } catch (err) {
    return failed(err instanceof GraphQLError ? err.message : 'The operation is nested too deep.')
  }
}

const failed = (fault: string) => ({ ok: false, faults: [fault] }) as const

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
