import type { PlanNode, SubscriptionNode } from '@apollo/query-planner'
import type { Viewer } from '@holdfast/service/identity'
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  print,
  separateOperations,
  visit,
} from 'graphql'
import { LRUCache } from 'lru-cache'
import { fragmentsOf } from '../core/documents.ts'
import type { Limits } from '../core/limits.ts'
import { costEstimator } from '../cost/cost.ts'
import { compileNode, compileRoot } from '../planning/compile.ts'
import { passesThrough } from '../planning/pass-through.ts'
import type { RootStep, Step } from '../planning/steps.ts'
import { unplannedField } from '../planning/unplanned-field.ts'
import { isAllowed, type Rule } from '../supergraph/access.ts'
import type { Graph } from '../supergraph/graph.ts'
import { allViewerInputs, type LiveRule, type ViewerInputs } from '../supergraph/live-directive.ts'
import { rootField, selectEventKey } from './event-key.ts'
import { eventViewerInputs } from './event-viewer.ts'
import { introspector } from './introspection.ts'
import { operationBytes } from './memory-size.ts'
import { rulesOf, withoutDenied } from './permitted.ts'
import { givePrivateNames } from './private-names.ts'
import { compileShape, type Shape } from './shape.ts'

/** One operation of a valid document: everything about it that is the same for every request. */
export type Operation = ReturnType<typeof planOperation>

export interface ViewerPlan {
  /** The requests to subgraphs of a query or mutation, or of each event of a subscription after `event`. */
  readonly step: Step | undefined
  /** The upstream operation of a subscription. */
  readonly event: RootStep | undefined
  /** Set when the client gets the subgraph's response to this operation unchanged, unless it has errors. */
  readonly passThrough: RootStep | undefined
  /** What of its viewer the result depends on. Subgraphs need to know no more. */
  readonly viewerInputs: ViewerInputs
  shape(variables: Readonly<Record<string, unknown>>): Shape
}

type Plan = PlanNode | SubscriptionNode | undefined

const shapesKept = 8 // sets of conditions per operation
const plansKept = 8 // sets of denied rules per operation

/** Plans an operation, for viewers who may see all of it and for others. Throws a GraphQLError when the planner refuses it. */
export function planOperation(
  graph: Graph,
  document: DocumentNode,
  definition: OperationDefinitionNode,
  limits: Limits,
) {
  const { schema, access } = graph
  const whole = planWhole(graph, document, definition)
  const { selected: rules, possible } = rulesOf(schema, access, whole.document)
  const partial = new LRUCache<string, ViewerPlan>({ max: plansKept })

  const planWithout = (denied: ReadonlySet<Rule>): ViewerPlan => {
    const key = rules.map((rule) => (denied.has(rule) ? '1' : '0')).join('')
    const known = partial.get(key)
    if (known) return known
    const node = planOf(graph, withoutDenied(schema, access, whole.document, denied), definition)
    // The response has all selected fields, though no subgraph was asked for some of them.
    const planned = { ...compile(graph, node, whole.live), shape: whole.planned.shape }
    partial.set(key, planned)
    return planned
  }

  return {
    type: definition.operation,
    name: definition.name?.value,
    definition,
    /** Memory that it takes, as `memory-size.ts` estimates it. */
    bytes: operationBytes({
      text: print(separateOperations(document)[definition.name?.value ?? ''] ?? document).length,
      plan: JSON.stringify(whole.node)?.length ?? 0,
      plans: 1 + Math.min(2 ** rules.length - 1, plansKept),
      shapes: Math.min(2 ** conditionVariables(document).size, shapesKept),
    }),
    /** How events of a subscription are delivered, and the name of their field in the data. */
    live: whole.live,
    /** What of it a viewer may see, and which error says that the rest is refused: the same text for viewers who may see the same. */
    rights: (viewer: Viewer): string => {
      const allowed = possible.map((rule) => (isAllowed(rule, viewer) ? '1' : '0')).join('')
      return allowed.includes('0') ? `${allowed} ${viewer.role === 'anonymous'}` : allowed
    },
    /** What it costs, for any viewer, and which fields with a rate it uses. */
    estimate: costEstimator(graph, whole.document, definition.name?.value, whole.node, limits),
    /** How it is executed for a viewer, who may not be allowed to see all of it. */
    planFor: (viewer: Viewer): ViewerPlan => {
      if (rules.length === 0) return whole.planned
      const denied = new Set(rules.filter((rule) => !isAllowed(rule, viewer)))
      return denied.size === 0 ? whole.planned : planWithout(denied)
    },
    /** The values of `__schema` and `__type`; empty when they are not selected. */
    introspect: introspector(schema, document, definition),
  }
}

/** The plan of an operation of the document. Throws when it would leave a root field without a value. */
function planOf(graph: Graph, document: DocumentNode, { name }: OperationDefinitionNode): Plan {
  const plan = graph.plan(document, name?.value).node
  const definition = getOperationAST(document, name?.value)
  const unplanned = definition && unplannedField(document, definition, plan)
  if (unplanned) throw new Error(`no subgraph can answer ${unplanned}`)
  return plan
}

/** The plan for viewers who may see everything, and the document with the names that the plan uses. */
function planWhole(graph: Graph, document: DocumentNode, definition: OperationDefinitionNode) {
  const root = graph.schema.getRootType(definition.operation)
  if (!root) throw new Error(`the schema has no ${definition.operation}`)
  const names = givePrivateNames(document)
  const event = definition.operation === 'subscription' ? rootField(document, definition) : undefined
  const live = event && { ...graph.live.ofSubscription(event.name.value), source: names.nameOf(event) }
  const keyed = live?.key ? selectEventKey(graph.schema, names.document, live.key) : names.document
  const node = planOf(graph, keyed, definition)
  // The result of a single fetch has nothing that the planner added, so the client's names can stay.
  const plain = node?.kind === 'Fetch' ? graph.plan(document, definition.name?.value).node : undefined
  if (plain?.kind === 'Fetch') {
    const step = compileRoot(graph, plain)
    const passThrough = passesThrough(graph, document, definition, plain) ? step : undefined
    const shape = shapes(graph, root, document, definition, ({ alias, name }) => (alias ?? name).value)
    const planned = { step, event: undefined, passThrough, viewerInputs: allViewerInputs, shape }
    return { planned, document, node: plain, live }
  }
  const shape = shapes(graph, root, document, definition, names.nameOf)
  return { planned: { ...compile(graph, node, live), shape }, document: keyed, node, live }
}

function compile(graph: Graph, node: Plan, live: LiveRule | undefined): Omit<ViewerPlan, 'shape'> {
  const rest = node?.kind === 'Subscription' ? node.rest : node
  return {
    step: rest && compileNode(graph, rest),
    event: node?.kind === 'Subscription' ? compileRoot(graph, node.primary) : undefined,
    passThrough: undefined,
    viewerInputs:
      live && node?.kind === 'Subscription' ? eventViewerInputs(graph, live.identity, node) : allViewerInputs,
  }
}

function shapes(
  graph: Graph,
  root: GraphQLObjectType,
  document: DocumentNode,
  definition: OperationDefinitionNode,
  nameOf: (field: FieldNode) => string,
): ViewerPlan['shape'] {
  const names = [...conditionVariables(document)]
  const fragments = fragmentsOf(document)
  const kept = new LRUCache<string, Shape>({ max: shapesKept })
  return (variables) => {
    const key = names.map((name) => (variables[name] === true ? '1' : '0')).join('')
    const known = kept.get(key)
    if (known) return known
    const conditions = Object.fromEntries(names.map((name) => [name, variables[name]]))
    const { schema, access } = graph
    const shape = compileShape({ schema, access, fragments, nameOf, conditions }, root, definition.selectionSet)
    kept.set(key, shape)
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
