/** Objects as JSON.parse makes them. */
export type JsonObject = { [name: string]: unknown }

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Merges `source` into `target`, objects and lists member by member. Null does not replace an object: a subgraph that does not know an
 * object must not remove it.
 */
export function merge(target: JsonObject, source: JsonObject): void {
  for (const name in source) {
    if (name === '__proto__') continue // JSON.parse makes it a member; assigning it would change the prototype.
    const had = target[name]
    const value = source[name]
    // Inherited members are functions, which JSON does not have, so they are replaced.
    if (typeof had === 'object' && had !== null) {
      if (Array.isArray(had) && Array.isArray(value)) mergeItems(had, value)
      else if (isObject(had) && isObject(value)) merge(had, value)
      else if (value !== null) target[name] = value
    } else target[name] = value
  }
}

function mergeItems(target: unknown[], source: readonly unknown[]): void {
  for (const [index, value] of source.entries()) {
    const had = target[index]
    if (isObject(had) && isObject(value)) merge(had, value)
    else if (Array.isArray(had) && Array.isArray(value)) mergeItems(had, value)
    else if (value !== null || had === undefined) target[index] = value
  }
}

export function copy<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copy) as T
  if (!isObject(value)) return value
  const copied: JsonObject = {}
  for (const name in value) if (name !== '__proto__') copied[name] = copy(value[name])
  return copied as T
}
