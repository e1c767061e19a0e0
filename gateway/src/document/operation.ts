import type { PlanNode, SubscriptionNode } from '@apollo/query-planner'
import type { Viewer } from '@holdfast/service/identity'
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type OperationTypeNode,
  print,
  separateOperations,
  visit,
} from 'graphql'
import { costOf, type Estimate } from '../cost/cost.ts'
import type { JsonObject } from '../execute/json.ts'
import { compileShape, type Shape } from '../execute/shape.ts'
import { Lru } from '../lru.ts'
import { unaskedField } from '../plan/asked.ts'
import { compileNode, compileRoot } from '../plan/compile.ts'
import { passesThrough } from '../plan/pass-through.ts'
import type { RootStep, Step } from '../plan/steps.ts'
import { isAllowed, type Rule } from '../supergraph/access.ts'
import type { Graph } from '../supergraph/graph.ts'
import { type Identity, type LiveRule, wholeIdentity } from '../supergraph/live.ts'
import { eventIdentity } from './event-identity.ts'
import { askForKey, rootField } from './event-key.ts'
import { introspector } from './introspection.ts'
import type { Limits } from './limits.ts'
import { permitted, rulesInSight, rulesOf } from './permitted.ts'
import { givePrivateNames, type PrivateNames } from './private-names.ts'
import { operationWeight } from './weight.ts'

/** One operation of a valid document: everything about it that does not change from request to request. */
export interface Operation {
  readonly type: OperationTypeNode
  readonly name: string | undefined
  readonly definition: OperationDefinitionNode
  /** Bytes, as estimated by `weight.ts`. */
  readonly weight: number
  /** What it costs, whoever asks, and which fields with a rate it uses. */
  estimate(variables: Readonly<Record<string, unknown>>): Estimate
  /** How events of a subscription are delivered, and the name of their field in the data. */
  readonly live: (LiveRule & { readonly source: string }) | undefined
  /** What of it is allowed to a viewer, and how a refusal is told: the same text for those who may see the same. */
  rights(viewer: Viewer): string
  /** How it is answered for a viewer, who may not be allowed all of it. */
  planFor(viewer: Viewer): Planned
  /** Answers `__schema` and `__type`; empty when they are not asked. */
  introspect(variables: Readonly<Record<string, unknown>>): JsonObject
}

export interface Planned {
  /** What a query or mutation asks of subgraphs, or what each event of a subscription asks after `event`. */
  readonly step: Step | undefined
  /** The upstream operation of a subscription. */
  readonly event: RootStep | undefined
  /** Set when a subgraph's answer to this operation is the client's, letter for letter, unless it has errors. */
  readonly passThrough: RootStep | undefined
  /** What of its viewer decides what the answer is; subgraphs need to be told no more. */
  readonly identity: Identity
  shape(variables: Readonly<Record<string, unknown>>): Shape
}

type Plan = PlanNode | SubscriptionNode | undefined

const shapesKept = 8 // sets of conditions per operation
const plansKept = 8 // sets of denied rules per operation

/** Plans an operation, for viewers who may see all of it and for others; throws a GraphQLError when the planner refuses it. */
export function planOperation(
  graph: Graph,
  document: DocumentNode,
  definition: OperationDefinitionNode,
  limits: Limits,
): Operation {
  const { schema, access } = graph
  const whole = planWhole(graph, document, definition)
  const rules = rulesOf(schema, access, whole.document)
  const inSight = rulesInSight(schema, access, whole.document)
  const partial = new Lru<Planned>(plansKept)

  const planWithout = (denied: ReadonlySet<Rule>): Planned => {
    const key = rules.map((rule) => (denied.has(rule) ? '1' : '0')).join('')
    const known = partial.get(key)
    if (known) return known
    const node = planOf(graph, permitted(schema, access, whole.document, denied), definition)
    // The answer has the fields that were selected, though nobody was asked for some of them.
    const planned = { ...compile(graph, node, whole.live), shape: whole.planned.shape }
    partial.set(key, planned, 1)
    return planned
  }

  return {
    type: definition.operation,
    name: definition.name?.value,
    definition,
    weight: operationWeight({
      text: print(separateOperations(document)[definition.name?.value ?? ''] ?? document).length,
      plan: JSON.stringify(whole.node)?.length ?? 0,
      plans: 1 + Math.min(2 ** rules.length - 1, plansKept),
      shapes: Math.min(2 ** conditionVariables(document).size, shapesKept),
    }),
    live: whole.live,
    rights: (viewer) => {
      const allowed = inSight.map((rule) => (isAllowed(rule, viewer) ? '1' : '0')).join('')
      return allowed.includes('0') ? `${allowed} ${viewer.role === 'anonymous'}` : allowed
    },
    estimate: costOf(graph, whole.document, definition.name?.value, whole.node, limits),
    planFor: (viewer) => {
      if (rules.length === 0) return whole.planned
      const denied = new Set(rules.filter((rule) => !isAllowed(rule, viewer)))
      return denied.size === 0 ? whole.planned : planWithout(denied)
    },
    introspect: introspector(schema, document, definition),
  }
}

/** The plan of an operation of the document; throws when it would leave a root field unanswered. */
function planOf(graph: Graph, document: DocumentNode, { name }: OperationDefinitionNode): Plan {
  const plan = graph.plan(document, name?.value).node
  const definition = getOperationAST(document, name?.value)
  const unasked = definition && unaskedField(document, definition, plan)
  if (unasked) throw new Error(`no subgraph can answer ${unasked}`)
  return plan
}

/** The plan, and the document with the names that it is for. */
function planWhole(
  graph: Graph,
  document: DocumentNode,
  definition: OperationDefinitionNode,
): {
  readonly planned: Planned
  readonly document: DocumentNode
  readonly node: Plan
  readonly live: Operation['live']
} {
  const root = graph.schema.getRootType(definition.operation)
  if (!root) throw new Error(`the schema has no ${definition.operation}`)
  const names = givePrivateNames(document)
  const event = definition.operation === 'subscription' ? rootField(document, definition) : undefined
  const live = event && { ...graph.live.ofSubscription(event.name.value), source: names.nameOf(event) }
  const asked = live?.key ? askForKey(graph.schema, names.document, live.key) : names.document
  const node = planOf(graph, asked, definition)
  // Nothing of the planner's own lies in the answer to a single fetch, so that the client's names can stay.
  const plain = node?.kind === 'Fetch' ? graph.plan(document, definition.name?.value).node : undefined
  if (plain?.kind === 'Fetch') {
    const step = compileRoot(graph, plain)
    const passThrough = passesThrough(graph, document, definition, plain) ? step : undefined
    const shape = shapes(graph, root, document, definition, ({ alias, name }) => (alias ?? name).value)
    const planned = { step, event: undefined, passThrough, identity: wholeIdentity, shape }
    return { planned, document, node: plain, live }
  }
  const shape = shapes(graph, root, document, definition, names.nameOf)
  return { planned: { ...compile(graph, node, live), shape }, document: asked, node, live }
}

function compile(graph: Graph, node: Plan, live: LiveRule | undefined): Omit<Planned, 'shape'> {
  const rest = node?.kind === 'Subscription' ? node.rest : node
  return {
    step: rest && compileNode(graph, rest),
    event: node?.kind === 'Subscription' ? compileRoot(graph, node.primary) : undefined,
    passThrough: undefined,
    identity: live && node?.kind === 'Subscription' ? eventIdentity(graph, live.identity, node) : wholeIdentity,
  }
}

function shapes(
  graph: Graph,
  root: GraphQLObjectType,
  document: DocumentNode,
  definition: OperationDefinitionNode,
  nameOf: PrivateNames['nameOf'],
): Planned['shape'] {
  const names = [...conditionVariables(document)]
  const fragments = fragmentsOf(document)
  const kept = new Lru<Shape>(shapesKept)
  return (variables) => {
    const key = names.map((name) => (variables[name] === true ? '1' : '0')).join('')
    const known = kept.get(key)
    if (known) return known
    const conditions = Object.fromEntries(names.map((name) => [name, variables[name]]))
    const { schema, access } = graph
    const shape = compileShape({ schema, access, fragments, nameOf, conditions }, root, definition.selectionSet)
    kept.set(key, shape, 1)
    return shape
  }
}

function conditionVariables(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>()
  visit(document, {
    Directive: ({ name, arguments: given }) => {
      const value = given?.[0]?.value
      if ((name.value === 'include' || name.value === 'skip') && value?.kind === Kind.VARIABLE)
        names.add(value.name.value)
    },
  })
  return names
}

function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  return fragments
}
