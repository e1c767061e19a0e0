import {
  type DocumentNode,
  type ExecutionResult,
  executeSync,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  Kind,
  type OperationDefinitionNode,
  type OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql'
import { isObject, type JsonObject } from '../execute/json.ts'
import { compileShape, type Shape } from '../execute/shape.ts'
import { Lru } from '../lru.ts'
import { compileNode, compileRoot } from '../plan/compile.ts'
import type { RootStep, Step } from '../plan/steps.ts'
import type { Graph } from '../supergraph/graph.ts'
import { givePrivateNames, type PrivateNames } from './private-names.ts'

/** One operation of a valid document, planned: everything about it that does not change from request to request. */
export interface Operation {
  readonly type: OperationTypeNode
  readonly name: string | undefined
  readonly definition: OperationDefinitionNode
  /** What a query or mutation asks of subgraphs, or what each event of a subscription asks after `event`. */
  readonly step: Step | undefined
  /** The upstream operation of a subscription. */
  readonly event: RootStep | undefined
  shape(variables: Readonly<Record<string, unknown>>): Shape
  /** Answers `__schema` and `__type`; empty when they are not asked. */
  introspect(variables: Readonly<Record<string, unknown>>): JsonObject
}

const shapesKept = 16 // sets of conditions per operation

/** Plans an operation; throws a GraphQLError when the planner refuses it. */
export function planOperation(graph: Graph, document: DocumentNode, definition: OperationDefinitionNode): Operation {
  const root = graph.schema.getRootType(definition.operation)
  if (!root) throw new Error(`the schema has no ${definition.operation}`)
  const fragments = fragmentsOf(document)
  const names = givePrivateNames(document)
  const plan = graph.plan(names.document, definition.name?.value).node
  const rest = plan?.kind === 'Subscription' ? plan.rest : plan
  const introspection = introspectionOf(document, definition)

  return {
    type: definition.operation,
    name: definition.name?.value,
    definition,
    step: rest && compileNode(graph, rest),
    event: plan?.kind === 'Subscription' ? compileRoot(graph, plan.primary) : undefined,
    shape: shapes(graph, root, definition, document, fragments, names.nameOf),
    introspect: (variables) => {
      if (!introspection) return {}
      const result: ExecutionResult = executeSync({
        schema: graph.schema,
        document: introspection,
        variableValues: variables,
      })
      return isObject(result.data) ? result.data : {}
    },
  }
}

function shapes(
  graph: Graph,
  root: GraphQLObjectType,
  definition: OperationDefinitionNode,
  document: DocumentNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  nameOf: PrivateNames['nameOf'],
): Operation['shape'] {
  const names = [...conditionVariables(document)]
  const kept = new Lru<Shape>(shapesKept)
  return (variables) => {
    const key = names.map((name) => (variables[name] === true ? '1' : '0')).join('')
    const known = kept.get(key)
    if (known) return known
    const conditions = Object.fromEntries(names.map((name) => [name, variables[name]]))
    const shape = compileShape({ schema: graph.schema, fragments, nameOf, conditions }, root, definition.selectionSet)
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

/** The operation with only its introspection fields, as a document; undefined when it has none. */
function introspectionOf(document: DocumentNode, definition: OperationDefinitionNode): DocumentNode | undefined {
  const fragments = fragmentsOf(document)
  let found = false
  const only = (set: SelectionSetNode): SelectionSetNode => ({
    ...set,
    selections: set.selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FIELD) {
        const is = selection.name.value === '__schema' || selection.name.value === '__type'
        found ||= is
        return is ? [selection] : []
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) return [{ ...selection, selectionSet: only(selection.selectionSet) }]
      const fragment = fragments.get(selection.name.value)
      // Spread in place, because elsewhere the fragment keeps its other fields.
      return fragment
        ? [
            {
              kind: Kind.INLINE_FRAGMENT,
              directives: selection.directives ?? [],
              selectionSet: only(fragment.selectionSet),
            },
          ]
        : []
    }),
  })
  if (definition.operation !== 'query') return undefined
  const selectionSet = only(definition.selectionSet)
  if (!found) return undefined
  return { kind: Kind.DOCUMENT, definitions: [{ ...definition, selectionSet }, ...fragments.values()] }
}
