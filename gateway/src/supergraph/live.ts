/**
 * What subgraphs say of their subscriptions with `@live` in the supergraph. A subgraph brings it along with
 *
 *     extend schema
 *       @link(url: "https://holdfast.dev/gateway/v0.1", import: ["@live"])
 *       @composeDirective(name: "@live")
 *     directive @live(slow: String! = "drop", key: String, identity: [String!], snapshot: Boolean! = false)
 *       on FIELD_DEFINITION
 */
import {
  type ConstDirectiveNode,
  type ConstValueNode,
  type DocumentNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNullableType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
} from 'graphql'
import { z } from 'zod'
import { argument, linkedName } from './links.ts'

/** What of a viewer may decide what is seen. */
export const identityInputs = ['id', 'role', 'scopes'] as const
export type Identity = ReadonlySet<(typeof identityInputs)[number]>

export const wholeIdentity: Identity = new Set(identityInputs)

/** What becomes of the events that a client is too slow for: the oldest go, the newest of each key stays, or it ends. */
export type Slow = 'drop' | 'conflate' | 'close'

/** How events of a field are delivered. */
export interface LiveRule {
  readonly slow: Slow
  /** Field names from the event to its key; set when `slow` is conflate. */
  readonly key: readonly string[] | undefined
  readonly identity: Identity
  /** Each subscription begins with how things are, so that who comes after the first event needs one of his own. */
  readonly snapshot: boolean
}

export interface Live {
  /** Of a field of the subscription root. */
  ofSubscription(field: string): LiveRule
  /** What a field of another type, and all below it, depends on when it is asked for an event; undefined: not declared. */
  identityOf(type: string, field: string): Identity | undefined
}

const spec = 'https://holdfast.dev/gateway/'
const undeclared: LiveRule = { slow: 'drop', key: undefined, identity: wholeIdentity, snapshot: false }

const Identity = z
  .array(z.enum(identityInputs))
  .refine((inputs) => !inputs.includes('id') || inputs.includes('role'), 'an id means something only with its role')
  .transform((inputs): Identity => new Set(inputs))

const OfSubscription = z
  .strictObject({
    slow: z.enum(['drop', 'conflate', 'close']).default('drop'),
    key: z
      .string()
      .regex(/^[A-Za-z]\w*(\.[A-Za-z]\w*)*$/, 'key is a path of field names, "id" or "vehicle.id"')
      .transform((path) => path.split('.'))
      .optional(),
    identity: Identity.default(wholeIdentity),
    snapshot: z.boolean().default(false),
  })
  .refine(({ slow, key }) => (slow === 'conflate') === (key !== undefined), 'slow: "conflate" and key go together')

const OfOther = z.strictObject({ identity: Identity })

/** Throws when a declaration makes no sense: what it promises about others' eyes must hold. `schema` is what clients see. */
export function readLive(supergraph: DocumentNode, schema: GraphQLSchema): Live {
  const name = linkedName(supergraph, spec, 'live')
  const root = schema.getSubscriptionType()
  const subscriptions = new Map<string, LiveRule>()
  const others = new Map<string, Identity>()
  for (const definition of name === undefined ? [] : supergraph.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue
    for (const field of definition.fields ?? []) {
      const directive = field.directives?.find((one) => one.name.value === name)
      if (!directive) continue
      const coordinate = `${definition.name.value}.${field.name.value}`
      if (definition.name.value !== root?.name) others.set(coordinate, parsed(OfOther, coordinate, directive).identity)
      else {
        const { key, ...rule } = parsed(OfSubscription, coordinate, directive)
        const type = root.getFields()[field.name.value]?.type
        if (key && type) checkKey(schema, coordinate, type, key)
        subscriptions.set(field.name.value, { ...rule, key })
      }
    }
  }
  return {
    ofSubscription: (field) => subscriptions.get(field) ?? undeclared,
    identityOf: (type, field) => others.get(`${type}.${field}`),
  }
}

function parsed<T>(rules: z.ZodType<T>, coordinate: string, directive: ConstDirectiveNode): T {
  const given = (directive.arguments ?? []).flatMap(({ name: { value } }) => {
    const one = plain(argument(directive, value))
    return one === null ? [] : [[value, one]]
  })
  const read = rules.safeParse(Object.fromEntries(given))
  if (!read.success) throw new Error(`@${directive.name.value} on ${coordinate}: ${z.prettifyError(read.error)}`)
  return read.data
}

function plain(value: ConstValueNode | undefined): unknown {
  if (value?.kind === Kind.LIST) return value.values.map(plain)
  if (value?.kind === Kind.STRING || value?.kind === Kind.BOOLEAN) return value.value
  return value?.kind === Kind.NULL || value === undefined ? null : value.kind
}

function checkKey(schema: GraphQLSchema, coordinate: string, type: GraphQLOutputType, key: readonly string[]): void {
  const ways = new Set(waysTo(schema, coordinate, type, key))
  // Asked beside each other in one selection they would be in conflict.
  if (ways.size !== 1) throw new Error(`@live on ${coordinate}: the key is not of one type in all that an event may be`)
}

/** The types on the way to the key, for each type that an event may have. */
function waysTo(
  schema: GraphQLSchema,
  coordinate: string,
  type: GraphQLOutputType,
  key: readonly string[],
): readonly string[] {
  const wrong = (what: string) => new Error(`@live on ${coordinate}: the key "${key.join('.')}" ${what}`)
  const walk = (from: GraphQLOutputType, [name, ...rest]: readonly string[], way: string): readonly string[] => {
    const nullable = getNullableType(from)
    const marked = `${way}${isNonNullType(from) ? '!' : '?'}`
    if (isListType(nullable)) throw wrong('leads through a list')
    if (name === undefined) {
      if (!isLeafType(nullable)) throw wrong('must end in a scalar or an enum')
      return [marked + nullable.name]
    }
    const types = isAbstractType(nullable) ? schema.getPossibleTypes(nullable) : [nullable]
    return types.flatMap((one) => {
      const field = isObjectType(one) ? one.getFields()[name] : undefined
      if (!field) throw wrong(`needs a field ${name} that clients may see in every type there, and ${one} has none`)
      if (field.args.length > 0) throw wrong(`leads over ${one}.${name}, which takes arguments`)
      return walk(field.type, rest, marked)
    })
  }
  // The event itself may be null or not.
  return walk(getNullableType(type), key, '')
}
