import { isObject, type JsonObject } from '../core/json.ts'
import type { Input, Lookup } from '../planning/steps.ts'
import type { Graph } from '../supergraph/graph.ts'
import type { FieldPaths } from '../supergraph/requirements.ts'
import { rewrite } from './rewrites.ts'

/**
 * What a request to a subgraph says of `object`; undefined when the lookup is not for its type, or none of its keys is known. An unknown
 * field only excludes the fields that require it: `without` has these dependent fields (bits of `Lookup.dependents`).
 */
export function representationOf(
  graph: Graph,
  subgraph: string,
  lookup: Lookup,
  object: JsonObject,
): { readonly value: JsonObject; readonly without: number } | undefined {
  const picked: Picked = { missing: [], nulls: false }
  const value: JsonObject = {}
  pick(graph, lookup.inputs, object, value, picked)
  if (value['__typename'] === undefined) return undefined
  rewrite(graph, lookup.inputRewrites, value)
  if (picked.missing.length === 0 && !picked.nulls) return { value, without: 0 }

  let without = 0
  for (const [bit, needs] of lookup.dependents.entries())
    if (needs.some((path) => picked.missing.some((gone) => covers(gone, path)))) without |= 1 << bit
  const keys = graph.requirements.keys(subgraph, String(value['__typename']))
  const known = keys.length === 0 ? picked.missing.length === 0 : keys.some((key) => isKnown(key, value))
  return known ? { value, without } : undefined
}

interface Picked {
  /** Dotted paths of fields that no subgraph returned. */
  readonly missing: string[]
  nulls: boolean
}

function pick(graph: Graph, inputs: readonly Input[], from: JsonObject, to: JsonObject, picked: Picked): void {
  for (const input of inputs) {
    if (input.kind === 'types') {
      if (input.condition === undefined || graph.isKindOf(String(from['__typename']), input.condition))
        pick(graph, input.inputs, from, to, picked)
      continue
    }
    const value = from[input.source]
    if (value === undefined) picked.missing.push(input.path)
    else {
      if (value === null) picked.nulls = true
      to[input.name] = input.inputs ? pickNested(graph, input.inputs, value, picked) : value
    }
  }
}

function pickNested(graph: Graph, inputs: readonly Input[], value: unknown, picked: Picked): unknown {
  if (Array.isArray(value)) return value.map((item) => pickNested(graph, inputs, item, picked))
  if (!isObject(value)) return value
  const nested: JsonObject = {}
  pick(graph, inputs, value, nested, picked)
  return nested
}

const covers = (missing: string, path: string) => path === missing || path.startsWith(`${missing}.`)

/** Whether every part of the key is present and at least one is not null. */
function isKnown(key: FieldPaths, value: JsonObject): boolean {
  const parts = key.map((path) => valuesAt(value, path.split('.')))
  return parts.every((part) => part !== undefined) && parts.some((part) => part !== null)
}

/** The value at a path of field names: undefined when it is unknown somewhere, null when it is null everywhere. */
function valuesAt(value: unknown, path: readonly string[]): unknown {
  if (value === null || value === undefined || path.length === 0) return value
  if (Array.isArray(value)) {
    const items = value.map((item) => valuesAt(item, path))
    return items.includes(undefined) ? undefined : items
  }
  const [name = '', ...rest] = path
  return isObject(value) ? valuesAt(value[name], rest) : undefined
}
