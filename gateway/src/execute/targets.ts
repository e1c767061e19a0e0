import type { PathElement } from '../plan/steps.ts'
import { isObject, type JsonObject } from './json.ts'

export type ResponsePath = readonly (string | number)[]

/** The objects at a planner's path, in order; what is null or absent on the way has none. */
export function targetsAt(data: unknown, path: readonly PathElement[]): JsonObject[] {
  const found: JsonObject[] = []
  collect(data, path, 0, found)
  return found
}

function collect(value: unknown, path: readonly PathElement[], depth: number, found: JsonObject[]): void {
  if (value === null || value === undefined) return
  const element = path[depth]
  if (element?.kind === 'items') {
    if (Array.isArray(value)) for (const item of value) collect(item, path, depth + 1, found)
  } else if (!isObject(value)) return
  else if (!element) found.push(value)
  else if (element.kind === 'field') collect(value[element.name], path, depth + 1, found)
  else if (element.names.has(String(value['__typename']))) collect(value, path, depth + 1, found)
}

/** Where each object of the answer is. Walks all of it: only for telling clients where something went wrong. */
export function pathsOf(data: JsonObject): Map<JsonObject, ResponsePath> {
  const paths = new Map<JsonObject, ResponsePath>()
  const walk = (value: unknown, path: ResponsePath): void => {
    if (Array.isArray(value)) for (const [index, item] of value.entries()) walk(item, [...path, index])
    else if (isObject(value)) {
      paths.set(value, path)
      for (const name in value) walk(value[name], [...path, name])
    }
  }
  walk(data, [])
  return paths
}
