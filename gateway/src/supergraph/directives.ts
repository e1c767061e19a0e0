import { type ConstDirectiveNode, type DirectiveNode, type DocumentNode, Kind, valueFromASTUntyped } from 'graphql'

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

/** A field of an object type or an interface. */
export interface DeclaredField {
  readonly type: string
  readonly field: string
  readonly coordinate: string
  readonly directives: readonly ConstDirectiveNode[]
}

/** All fields of object types and interfaces. */
export const declaredFields = (supergraph: DocumentNode): readonly DeclaredField[] =>
  supergraph.definitions.flatMap((definition) =>
    definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION
      ? (definition.fields ?? []).map(({ name, directives = [] }) => ({
          type: definition.name.value,
          field: name.value,
          coordinate: `${definition.name.value}.${name.value}`,
          directives,
        }))
      : [],
  )

/** The arguments of each application of a join directive as texts. Join directives say which subgraph has what. */
export const joins = (directives: readonly ConstDirectiveNode[] | undefined, name: string): Record<string, string>[] =>
  (directives ?? [])
    .filter((directive) => directive.name.value === name)
    .map((directive) =>
      Object.fromEntries(
        (directive.arguments ?? []).map(({ name, value }) => [name.value, 'value' in value ? String(value.value) : '']),
      ),
    )
