import type { FetchDataRewrite } from '@apollo/query-planner'
import { isObject, type JsonObject } from '../core/json.ts'
import type { Graph } from '../supergraph/graph.ts'

const condition = '... on '

/**
 * Applies a planner's rewrites in place. Their paths name fields and `... on Type` conditions, pass through lists, and
 * end in the member that is set or renamed.
 */
export function rewrite(graph: Graph, rewrites: readonly FetchDataRewrite[], value: unknown): void {
  for (const one of rewrites) rewriteAt(graph, one, 0, value)
}

function rewriteAt(graph: Graph, one: FetchDataRewrite, depth: number, value: unknown): void {
  if (Array.isArray(value)) {
    for (const item of value) rewriteAt(graph, one, depth, item)
    return
  }
  const element = one.path[depth]
  if (!isObject(value) || element === undefined) return
  if (depth === one.path.length - 1) change(one, element, value)
  else if (!element.startsWith(condition)) rewriteAt(graph, one, depth + 1, value[element])
  else if (mayBe(graph, value, element.slice(condition.length))) rewriteAt(graph, one, depth + 1, value)
}

/** An object of a concrete type may come without `__typename`; a condition then cannot exclude it. */
const mayBe = (graph: Graph, object: JsonObject, type: string): boolean =>
  typeof object['__typename'] !== 'string' || graph.isKindOf(object['__typename'], type)

function change(one: FetchDataRewrite, name: string, object: JsonObject): void {
  if (one.kind === 'ValueSetter') object[name] = one.setValueTo
  else if (object[name] !== undefined) {
    object[one.renameKeyTo] = object[name]
    delete object[name]
  }
}
