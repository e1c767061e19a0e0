import {
  type ConstDirectiveNode,
  type DirectiveNode,
  type DocumentNode,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  valueFromASTUntyped,
} from 'graphql'
import { z } from 'zod'

/**
 * The name of a spec's directive in this supergraph, which may have renamed the spec (`as`) or the directive (`import`); undefined when
 * the spec is not linked. `spec` is its URL without the version, with a slash at the end. https://specs.apollo.dev/link/v1.0/
 */
export function linkedName(supergraph: DocumentNode, spec: string, directive: string): string | undefined {
  const link = links(supergraph).find((one) => isLinkTo(one, spec))
  if (!link) return undefined
  const { import: imported, as } = argumentsOf(link) as Link
  for (const entry of imported ?? []) {
    if (entry === `@${directive}`) return directive
    if (typeof entry === 'object' && entry.name === `@${directive}`) return entry.as?.slice(1) ?? directive
  }
  const own = spec.split('/').at(-2)
  const namespace = as ?? own ?? ''
  return directive === own ? namespace : `${namespace}__${directive}`
}

/** Arguments of `@link`, which Apollo's gateway validates when it loads the supergraph. */
interface Link {
  readonly as?: string | null
  readonly import?: readonly (string | { readonly name: string; readonly as?: string })[] | null
}

/** Whether a directive is a `@link` to a version of the spec. */
export const isLinkTo = (directive: DirectiveNode, spec: string): boolean =>
  directive.name.value === 'link' && String(argumentsOf(directive)['url']).startsWith(spec)

/** The arguments of a directive as plain values. */
export const argumentsOf = (directive: DirectiveNode): Record<string, unknown> =>
  Object.fromEntries((directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]))

const links = (supergraph: DocumentNode): readonly ConstDirectiveNode[] =>
  supergraph.definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION
      ? (definition.directives ?? []).filter(({ name }) => name.value === 'link')
      : [],
  )

/** A type, or a field, argument or input field of it. */
interface Declaration {
  readonly type: string
  /** Set for the fields of object types and interfaces alone. */
  readonly field?: string
  /** https://spec.graphql.org/draft/#sec-Schema-Coordinates: `Type`, `Type.field`, `Type.field(argument:)`. */
  readonly coordinate: string
  readonly directives?: readonly ConstDirectiveNode[] | undefined
}

/** Everything in the supergraph to which subgraphs can apply directives. */
export const declarations = (supergraph: DocumentNode): readonly Declaration[] =>
  supergraph.definitions.flatMap((definition) => {
    if (!isTypeDefinitionNode(definition) && !isTypeExtensionNode(definition)) return []
    const type = definition.name.value
    const fields = ('fields' in definition && definition.fields) || []
    return [
      { type, coordinate: type, directives: definition.directives },
      ...fields.flatMap((node): Declaration[] => {
        const coordinate = `${type}.${node.name.value}`
        if (node.kind === Kind.INPUT_VALUE_DEFINITION) return [{ type, coordinate, directives: node.directives }]
        return [
          { type, field: node.name.value, coordinate, directives: node.directives },
          ...(node.arguments ?? []).map(({ name, directives }) => ({
            type,
            coordinate: `${coordinate}(${name.value}:)`,
            directives,
          })),
        ]
      }),
    ]
  })

/** Where the supergraph applies a directive of the gateway's own spec. */
export function applications(supergraph: DocumentNode, directive: string) {
  const name = linkedName(supergraph, 'https://holdfast.dev/gateway/', directive)
  return declarations(supergraph).flatMap(({ directives = [], ...declaration }) =>
    directives.filter((one) => one.name.value === name).map((one) => ({ ...declaration, directive: one })),
  )
}

/** The arguments of a directive by `rules`; throws when they are not valid. */
export function validArguments<T>(rules: z.ZodType<T>, coordinate: string, directive: ConstDirectiveNode): T {
  const given = Object.entries(argumentsOf(directive)).filter(([, value]) => value !== null)
  const read = rules.safeParse(Object.fromEntries(given))
  if (!read.success) throw new Error(`@${directive.name.value} on ${coordinate}: ${z.prettifyError(read.error)}`)
  return read.data
}

/** The arguments of each application of a join directive as texts. Join directives say which subgraph has what. */
export const joins = (directives: readonly ConstDirectiveNode[] | undefined, name: string): Record<string, string>[] =>
  (directives ?? [])
    .filter((directive) => directive.name.value === name)
    .map((directive) =>
      Object.fromEntries(
        (directive.arguments ?? []).map(({ name, value }) => [name.value, 'value' in value ? String(value.value) : '']),
      ),
    )
