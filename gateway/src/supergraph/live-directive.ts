/**
 * What subgraphs declare about their subscriptions with `@live` in the supergraph. A subgraph defines it with
 *
 *     extend schema
 *       @link(url: "https://holdfast.dev/gateway/v0.1", import: ["@live"])
 *       @composeDirective(name: "@live")
 *     directive @live(slow: String! = "drop", key: String, identity: [String!], snapshot: Boolean! = false)
 *       on FIELD_DEFINITION
 */
import {
  type DocumentNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNullableType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { z } from 'zod'
import { applications, validArguments } from './directives.ts'

/** What of a viewer an event may depend on. */
export const viewerInputs = ['id', 'role', 'scopes'] as const
export type ViewerInputs = ReadonlySet<(typeof viewerInputs)[number]>

export const allViewerInputs: ViewerInputs = new Set(viewerInputs)

const ViewerInputs = z
  .array(z.enum(viewerInputs))
  .refine((inputs) => !inputs.includes('id') || inputs.includes('role'), 'an id is only meaningful with its role')
  .transform((inputs): ViewerInputs => new Set(inputs))

const OfSubscription = z
  .strictObject({
    /** What happens when a client is too slow: the oldest events are dropped, only the newest of each key is kept, or the subscription ends. */
    slow: z.enum(['drop', 'conflate', 'close']).default('drop'),
    /** Field names from the event to its key; set when `slow` is `conflate`. */
    key: z
      .string()
      .regex(/^[A-Za-z]\w*(\.[A-Za-z]\w*)*$/, 'key is a path of field names, "id" or "vehicle.id"')
      .transform((path) => path.split('.'))
      .optional(),
    identity: ViewerInputs.default(allViewerInputs),
    /** Each subscription begins with a snapshot of the current state, so a client that comes after the first event needs its own. */
    snapshot: z.boolean().default(false),
  })
  .refine(({ slow, key }) => (slow === 'conflate') === (key !== undefined), 'slow: "conflate" and key go together')

/** How events of a field are delivered. */
export type LiveRule = Readonly<z.infer<typeof OfSubscription>>
export type SlowClientPolicy = LiveRule['slow']

const undeclared: LiveRule = OfSubscription.parse({})
const OfOther = z.strictObject({ identity: ViewerInputs })

/** Throws when a declaration is invalid, because events are shared between viewers by it. `schema` is what clients see. */
export function readLiveDirectives(supergraph: DocumentNode, schema: GraphQLSchema) {
  const root = schema.getSubscriptionType()
  const subscriptions = new Map<string, LiveRule>()
  const others = new Map<string, ViewerInputs>()
  for (const { type, field = '', coordinate, directive } of applications(supergraph, 'live')) {
    if (type !== root?.name) others.set(coordinate, validArguments(OfOther, coordinate, directive).identity)
    else {
      const rule = validArguments(OfSubscription, coordinate, directive)
      const event = root.getFields()[field]?.type
      if (rule.key && event) checkKey(schema, coordinate, event, rule.key)
      subscriptions.set(field, rule)
    }
  }
  return {
    /** Of a field of the subscription root. */
    ofSubscription: (field: string) => subscriptions.get(field) ?? undeclared,
    /** What a field of another type, with everything below it, depends on in an event; undefined when it is not declared. */
    identityOf: (type: string, field: string) => others.get(`${type}.${field}`),
  }
}

/** Throws when the key has not one type, with the nullability of each field on its path, in all types that an event may have. */
function checkKey(schema: GraphQLSchema, coordinate: string, type: GraphQLOutputType, key: readonly string[]): void {
  const invalid = (what: string) => new Error(`@live on ${coordinate}: the key "${key.join('.')}" ${what}`)
  const walk = (from: GraphQLOutputType, [name, ...rest]: readonly string[], way: string): readonly string[] => {
    const nullable = getNullableType(from)
    const path = `${way}${isNonNullType(from) ? '!' : '?'}`
    if (isListType(nullable)) throw invalid('leads through a list')
    if (name === undefined) {
      if (!isLeafType(nullable)) throw invalid('must end in a scalar or an enum')
      return [path + nullable.name]
    }
    const types = isAbstractType(nullable) ? schema.getPossibleTypes(nullable) : [nullable]
    return types.flatMap((one) => {
      const field = isObjectType(one) ? one.getFields()[name] : undefined
      if (!field) throw invalid(`needs a field ${name} that clients may see in every type there, and ${one} has none`)
      if (field.args.length > 0) throw invalid(`leads over ${one}.${name}, which takes arguments`)
      return walk(field.type, rest, path)
    })
  }
  // Whether the event itself may be null does not matter. Keys of several types, selected beside each other, would be in conflict.
  if (new Set(walk(getNullableType(type), key, '')).size !== 1)
    throw new Error(`@live on ${coordinate}: the key must have one type in all types that an event may have`)
}
