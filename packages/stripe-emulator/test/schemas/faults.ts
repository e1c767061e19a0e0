/** The part of OpenAPI 3.0's schemas that these use. */
export interface Schema {
  readonly $ref?: string
  readonly anyOf?: readonly Schema[]
  readonly type?: 'array' | 'boolean' | 'integer' | 'number' | 'object' | 'string'
  readonly nullable?: boolean
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly additionalProperties?: boolean | Schema
}

export type Schemas = Readonly<Record<string, Schema>>

/** Where a value breaks its schema; empty when it does not. */
export function schemaFaults(schemas: Schemas, schema: Schema, value: unknown, at = '$'): string[] {
  const inside = (part: Schema, each: unknown, where: string) => schemaFaults(schemas, part, each, where)
  if (schema.$ref) return inside(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, value, at)
  if (value === null) return schema.nullable || !(schema.type || schema.anyOf) ? [] : [`${at} is null`]
  if (schema.anyOf) {
    const tried = schema.anyOf.map((choice) => inside(choice, value, at))
    const closest = tried.reduce((best, faults) => (faults.length < best.length ? faults : best), tried[0] ?? [])
    return tried.some((faults) => faults.length === 0) ? [] : closest
  }
  if (schema.enum && !schema.enum.includes(value))
    return [`${at} is ${JSON.stringify(value)}, none of ${schema.enum.join(', ')}`]
  if (schema.type && !isOfType(schema.type, value)) return [`${at} is no ${schema.type}`]
  if (Array.isArray(value)) return value.flatMap((each, index) => inside(schema.items ?? {}, each, `${at}[${index}]`))
  if (typeof value !== 'object') return []

  const members = value as Record<string, unknown>
  const missing = (schema.required ?? []).filter((key) => members[key] === undefined)
  return [
    ...missing.map((key) => `${at}.${key} is missing`),
    ...Object.entries(members).flatMap(([key, member]) => {
      const known = schema.properties?.[key]
      if (known) return inside(known, member, `${at}.${key}`)
      return typeof schema.additionalProperties === 'object'
        ? inside(schema.additionalProperties, member, `${at}.${key}`)
        : []
    }),
  ]
}

function isOfType(type: Schema['type'], value: unknown): boolean {
  switch (type) {
    case 'array':
      return Array.isArray(value)
    case 'integer':
      return Number.isInteger(value)
    case 'object':
      return typeof value === 'object' && !Array.isArray(value)
    default:
      return typeof value === type
  }
}
