import {
  type FieldNode,
  Kind,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  type VariableDefinitionNode,
  visit,
} from 'graphql'
import { operationIn } from '../core/documents.ts'
import { parsePlanPath } from '../core/plan-path.ts'
import type { Graph } from '../supergraph/graph.ts'
import type { FieldPaths } from '../supergraph/requirements.ts'
import { compileInputs, groupRequirements, withoutInputs } from './inputs.ts'
import { type RequestText, requestText } from './request-text.ts'
import { compileOutputs, type EntitiesStep, type Lookup, type LookupNode } from './steps.ts'

/** A lookup with its part of the operation, kept apart so that one request can have several. */
interface Selected {
  readonly lookup: Lookup
  readonly selection: SelectionSetNode
  /** Selected fields that require something. */
  readonly dependents: readonly { readonly field: FieldNode; readonly needs: FieldPaths }[]
  readonly variables: readonly VariableDefinitionNode[]
}

const maskBits = 30 // Bits of a small integer. Of more dependent fields the rest is always requested.
const textLimit = 16 // Cached texts. Which fields are left out depends on data, so there may be many.

/** The lookups of one request have numbered aliases and variables. */
export const answerName = (part: number): string => `_${part}`
export const representationsName = (part: number): string => `_representations${part}`

/** One step for all lookups that run at the same time in one subgraph. */
export function entitiesStep(graph: Graph, nodes: readonly LookupNode[]): EntitiesStep {
  const selected = nodes.flatMap((node) => compileLookups(graph, node))
  const operationName = nodes[0]?.node.operationName
  const texts = new Map<string, RequestText | undefined>()

  return {
    kind: 'entities',
    subgraph: nodes[0]?.node.serviceName ?? '',
    lookups: selected.map(({ lookup }) => lookup),
    text: (parts) => {
      const key = parts.map(({ lookup, without }) => `${lookup}-${without}`).join()
      if (texts.size >= textLimit) texts.clear()
      if (!texts.has(key)) texts.set(key, writeText(operationName, selected, parts))
      return texts.get(key)
    },
  }
}

/** Usually one; several when fields require the same field with different arguments. */
function compileLookups(graph: Graph, { path, node }: LookupNode): readonly Selected[] {
  const operation = operationIn(graph.restore(node.operation))
  const entities = operation.selectionSet.selections[0]
  if (entities?.kind !== Kind.FIELD || !entities.selectionSet)
    throw new Error('an entity fetch selects _entities and nothing else')
  const whole = entities.selectionSet
  const inputs = compileInputs(graph, node.requires ?? [])
  const variables = (operation.variableDefinitions ?? []).filter(
    ({ variable }) => variable.name.value !== 'representations',
  )
  const dependents = fieldsByType(whole, '')
    .flatMap(({ type, field }): Selected['dependents'] => {
      const needs = graph.requirements.of(node.serviceName, type, field.name.value)
      return needs ? [{ field, needs }] : []
    })
    .slice(0, maskBits)
  const groups = groupRequirements(
    graph,
    dependents.map(({ needs }) => needs),
  )
  const rest = withoutFields(whole, new Set(dependents.map(({ field }) => field)))

  return [...new Set(groups.length > 0 ? groups : [0])].map((group): Selected => {
    const own = dependents.filter((_, index) => groups[index] === group)
    const foreign = dependents.filter((_, index) => groups[index] !== group)
    const needed = new Set(own.flatMap(({ needs }) => needs))
    const unneeded = new Set(foreign.flatMap(({ needs }) => needs).filter((need) => !needed.has(need)))
    // Fields that require nothing are requested with the first group.
    const others = group === 0 || !rest ? [] : fieldsByType(rest, '').map(({ field }) => field)
    const left = new Set([...foreign.map(({ field }) => field), ...others])
    return {
      lookup: {
        path: parsePlanPath(path),
        inputs: withoutInputs(inputs, unneeded),
        inputRewrites: node.inputRewrites ?? [],
        dependents: own.map(({ needs }) => needs),
        outputs: compileOutputs(node),
      },
      selection: withoutFields(whole, left) ?? whole,
      dependents: own,
      variables,
    }
  })
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
  selected: readonly Selected[],
  parts: readonly { readonly lookup: number; readonly without: number }[],
): RequestText | undefined {
  const declared: string[] = []
  const answers: string[] = []
  const used = new Map<string, VariableDefinitionNode>()
  for (const [part, { lookup, without }] of parts.entries()) {
    const one = selected[lookup]
    if (!one) return undefined
    const left = new Set(one.dependents.filter((_, bit) => without & (1 << bit)).map(({ field }) => field))
    const selectionSet = withoutFields(one.selection, left)
    if (!selectionSet) return undefined
    const representations = `$${representationsName(part)}`
    declared.push(`${representations}:[_Any!]!`)
    answers.push(`${answerName(part)}:_entities(representations:${representations})${print(selectionSet)}`)
    const names = usedVariables(selectionSet)
    for (const definition of one.variables)
      if (names.has(definition.variable.name.value)) used.set(definition.variable.name.value, definition)
  }
  const variables = [...declared, ...[...used.values()].map(print)].join()
  const text = `query ${operationName ?? ''}(${variables}){${answers.join(' ')}}`
  return requestText(stripIgnoredCharacters(text), operationName, [...used.keys()])
}

/** The selection without the given fields; undefined when nothing but type names would be left. */
function withoutFields(set: SelectionSetNode, without: ReadonlySet<FieldNode>): SelectionSetNode | undefined {
  if (without.size === 0) return set
  const selections = set.selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind === Kind.FIELD) return without.has(selection) ? [] : [selection]
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [selection]
    const selectionSet = withoutFields(selection.selectionSet, without)
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
