import type { FetchNode, FlattenNode } from '@apollo/query-planner'
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  OperationTypeNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  type VariableDefinitionNode,
  visit,
} from 'graphql'
import type { Graph } from '../supergraph/graph.ts'
import { compileOutputs } from './outputs.ts'
import { compilePath } from './path.ts'
import { type RequestText, requestText } from './request-text.ts'
import type { EntitiesStep, Lookup } from './steps.ts'

/** What a plan's entity fetch says, taken apart so that several can be put into one request. */
interface EntitySelection {
  readonly selection: SelectionSetNode
  readonly variables: readonly VariableDefinitionNode[]
  readonly dependents: readonly { readonly field: FieldNode; readonly needs: readonly string[] }[]
}

const maskBits = 30 // Bits of a number; a selection with more fields that require something loses only the fine sorting.
const textLimit = 256 // Which fields are left out depends on data; what is written for it is kept up to here.

/** Answers of lookups and their variables are told apart by number in one request. */
export const answerName = (part: number): string => `_${part}`
export const representationsName = (part: number): string => `_representations${part}`

/** One step for all lookups that a wave makes in one subgraph. */
export function entitiesStep(
  graph: Graph,
  nodes: readonly (FlattenNode & { readonly node: FetchNode })[],
): EntitiesStep {
  const subgraph = nodes[0]?.node.serviceName ?? ''
  const selections = nodes.map(({ node }) => readSelection(graph, node))
  const operationName = nodes[0]?.node.operationName
  const texts = new Map<string, RequestText | undefined>()

  return {
    kind: 'entities',
    subgraph,
    lookups: nodes.map(
      ({ path, node }, index): Lookup => ({
        path: compilePath(path),
        inputs: node.requires ?? [],
        inputRewrites: node.inputRewrites ?? [],
        dependents: selections[index]?.dependents.map(({ needs }) => needs) ?? [],
        outputs: compileOutputs(node),
      }),
    ),
    text: (parts) => {
      const key = parts.map(({ lookup, without }) => `${lookup}-${without}`).join()
      if (texts.size > textLimit) texts.clear()
      if (!texts.has(key)) texts.set(key, writeText(operationName, selections, parts))
      return texts.get(key)
    },
  }
}

function readSelection(graph: Graph, fetch: FetchNode): EntitySelection {
  const operation = parse(fetch.operation, { noLocation: true }).definitions[0]
  const entities = operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet.selections[0] : undefined
  if (operation?.kind !== Kind.OPERATION_DEFINITION || entities?.kind !== Kind.FIELD || !entities.selectionSet)
    throw new Error('an entity fetch selects _entities and nothing else')
  const selection = entities.selectionSet
  return {
    selection,
    variables: (operation.variableDefinitions ?? []).filter(
      ({ variable }) => variable.name.value !== 'representations',
    ),
    dependents: fieldsByType(selection, '')
      .flatMap(({ type, field }) => {
        const needs = graph.requirements.of(fetch.serviceName, type, field.name.value)
        return needs ? [{ field, needs }] : []
      })
      .slice(0, maskBits),
  }
}

/** The fields selected on the entity itself, with the type on which each is selected. */
function fieldsByType(set: SelectionSetNode, type: string): { type: string; field: FieldNode }[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [{ type, field: selection }]
    if (selection.kind === Kind.FRAGMENT_SPREAD) return []
    return fieldsByType(selection.selectionSet, selection.typeCondition?.name.value ?? type)
  })
}

function writeText(
  operationName: string | undefined,
  selections: readonly EntitySelection[],
  parts: readonly { readonly lookup: number; readonly without: number }[],
): RequestText | undefined {
  const variables = new Map<string, VariableDefinitionNode>()
  const answers: SelectionNode[] = []
  for (const [part, { lookup, without }] of parts.entries()) {
    const entity = selections[lookup]
    if (!entity) return undefined
    const left = new Set(entity.dependents.filter((_, bit) => without & (1 << bit)).map(({ field }) => field))
    const selectionSet = prune(entity.selection, left)
    if (!selectionSet) return undefined
    answers.push(entitiesField(part, selectionSet))
    variables.set(representationsName(part), representationsVariable(part))
    const used = usedVariables(selectionSet)
    for (const definition of entity.variables)
      if (used.has(definition.variable.name.value)) variables.set(definition.variable.name.value, definition)
  }
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        kind: Kind.OPERATION_DEFINITION,
        operation: OperationTypeNode.QUERY,
        ...(operationName && { name: name(operationName) }),
        variableDefinitions: [...variables.values()],
        selectionSet: { kind: Kind.SELECTION_SET, selections: answers },
      },
    ],
  }
  const own = new Set(parts.map((_, part) => representationsName(part)))
  return requestText(
    stripIgnoredCharacters(print(document)),
    operationName,
    [...variables.keys()].filter((variable) => !own.has(variable)),
  )
}

/** The selection without the given fields; undefined when nothing but type names would be left. */
function prune(set: SelectionSetNode, without: ReadonlySet<FieldNode>): SelectionSetNode | undefined {
  if (without.size === 0) return set
  const selections = set.selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind === Kind.FIELD) return without.has(selection) ? [] : [selection]
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [selection]
    const selectionSet = prune(selection.selectionSet, without)
    return selectionSet ? [{ ...selection, selectionSet }] : []
  })
  const empty = selections.every((selection) => selection.kind === Kind.FIELD && selection.name.value === '__typename')
  return empty ? undefined : { ...set, selections }
}

function usedVariables(set: SelectionSetNode): ReadonlySet<string> {
  const used = new Set<string>()
  visit(set, { Variable: ({ name }) => void used.add(name.value) })
  return used
}

const name = (value: string) => ({ kind: Kind.NAME, value }) as const

const entitiesField = (part: number, selectionSet: SelectionSetNode): FieldNode => ({
  kind: Kind.FIELD,
  alias: name(answerName(part)),
  name: name('_entities'),
  arguments: [
    {
      kind: Kind.ARGUMENT,
      name: name('representations'),
      value: { kind: Kind.VARIABLE, name: name(representationsName(part)) },
    },
  ],
  selectionSet,
})

const representationsVariable = (part: number): VariableDefinitionNode => ({
  kind: Kind.VARIABLE_DEFINITION,
  variable: { kind: Kind.VARIABLE, name: name(representationsName(part)) },
  type: {
    kind: Kind.NON_NULL_TYPE,
    type: {
      kind: Kind.LIST_TYPE,
      type: { kind: Kind.NON_NULL_TYPE, type: { kind: Kind.NAMED_TYPE, name: name('_Any') } },
    },
  },
})
