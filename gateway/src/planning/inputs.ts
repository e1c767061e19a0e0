import type { QueryPlanSelectionNode } from '@apollo/query-planner'
import type { Graph } from '../supergraph/graph.ts'
import type { FieldPaths } from '../supergraph/requirements.ts'
import type { Input } from './steps.ts'

/** What a fetch requires, with the names of the fields in the data and in representations. */
export const compileInputs = (graph: Graph, requires: readonly QueryPlanSelectionNode[], prefix = ''): Input[] =>
  requires.map((selection) => {
    if (selection.kind === 'InlineFragment') {
      const inputs = compileInputs(graph, selection.selections, prefix)
      return { kind: 'types', condition: selection.typeCondition, inputs }
    }
    const path = prefix + selection.name
    return {
      kind: 'field',
      source: selection.alias ?? selection.name,
      name: graph.schemaName(selection.name),
      path,
      inputs: selection.selections && compileInputs(graph, selection.selections, `${path}.`),
    }
  })

/** The inputs without those at `paths`. */
export const withoutInputs = (inputs: readonly Input[], paths: ReadonlySet<string>): Input[] =>
  inputs.flatMap((input): Input[] => {
    if (input.kind === 'field' && paths.has(input.path)) return []
    return [input.inputs ? { ...input, inputs: withoutInputs(input.inputs, paths) } : input]
  })

/**
 * Divides requirements into groups that fit into one representation: `price` in dollars and in euros cannot be in the same one.
 * Returns the number of its group for each requirement.
 */
export function groupRequirements(graph: Graph, requirements: readonly FieldPaths[]): number[] {
  const inSchema = (path: string) => path.split('.').map(graph.schemaName).join('.')
  const groups: Map<string, string>[] = []
  return requirements.map((paths) => {
    const fits = (group: ReadonlyMap<string, string>) =>
      paths.every((path) => (group.get(inSchema(path)) ?? path) === path)
    const index = groups.findIndex(fits)
    const number = index === -1 ? groups.length : index
    const group = groups[number] ?? new Map<string, string>()
    groups[number] = group
    for (const path of paths) group.set(inSchema(path), path)
    return number
  })
}
