import { isObject, type JsonObject } from '../core/json.ts'
import type { PathElement } from '../core/plan-path.ts'
import type { ResponsePath } from '../core/response.ts'

/** The objects at a planner's path, in order. Nothing is found behind what is null or absent. */
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

/** Where each object of the response is. Walks all of it, so it is only called to give errors their paths. */
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
