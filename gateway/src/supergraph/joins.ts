import type { ConstDirectiveNode } from 'graphql'

/** The arguments of each application of a join directive, as texts: what a supergraph says of its subgraphs. */
export const joins = (directives: readonly ConstDirectiveNode[] | undefined, name: string): Record<string, string>[] =>
  (directives ?? [])
    .filter((directive) => directive.name.value === name)
    .map((directive) =>
      Object.fromEntries(
        (directive.arguments ?? []).map(({ name, value }) => [name.value, 'value' in value ? String(value.value) : '']),
      ),
    )
