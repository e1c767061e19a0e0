import { type ConstDirectiveNode, type ConstValueNode, type DocumentNode, Kind } from 'graphql'

/**
 * The name of a spec's directive in this supergraph, which may have renamed the spec (`as`) or the directive
 * (`import`); undefined when the spec is not linked. `spec` is its URL without the version, with a slash at the end.
 * https://specs.apollo.dev/link/v1.0/
 */
export function linkedName(supergraph: DocumentNode, spec: string, directive: string): string | undefined {
  const link = links(supergraph).find((one) => textOf(argument(one, 'url'))?.startsWith(spec))
  if (!link) return undefined
  for (const entry of listOf(argument(link, 'import'))) {
    if (textOf(entry) === `@${directive}`) return directive
    if (textOf(member(entry, 'name')) === `@${directive}`) return textOf(member(entry, 'as'))?.slice(1) ?? directive
  }
  const own = spec.split('/').at(-2)
  const namespace = textOf(argument(link, 'as')) ?? own ?? ''
  return directive === own ? namespace : `${namespace}__${directive}`
}

/** The value of a directive's argument. */
export const argument = (directive: ConstDirectiveNode, name: string): ConstValueNode | undefined =>
  directive.arguments?.find((one) => one.name.value === name)?.value

export const textOf = (value: ConstValueNode | undefined): string | undefined =>
  value?.kind === Kind.STRING ? value.value : undefined

export const wholeOf = (value: ConstValueNode | undefined): number | undefined =>
  value?.kind === Kind.INT ? Number(value.value) : undefined

export const listOf = (value: ConstValueNode | undefined): readonly ConstValueNode[] =>
  value?.kind === Kind.LIST ? value.values : []

const member = (value: ConstValueNode, name: string): ConstValueNode | undefined =>
  value.kind === Kind.OBJECT ? value.fields.find((one) => one.name.value === name)?.value : undefined

const links = (supergraph: DocumentNode): readonly ConstDirectiveNode[] =>
  supergraph.definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION
      ? (definition.directives ?? []).filter(({ name }) => name.value === 'link')
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
