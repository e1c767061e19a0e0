import { GraphQLError, Kind, parse } from 'graphql'

/** What a supergraph makes of an operation before a client sends it. */
export type Inspected =
  | {
      readonly ok: true
      readonly name: string
      readonly type: 'query' | 'mutation' | 'subscription'
      /** Points with the variables' defaults; undefined when it depends on variables without defaults. */
      readonly cost: number | undefined
      /** Requests to subgraphs; of a subscription, the one that stays open and those of each event. */
      readonly fetches: number
      /** What of it no viewer may see through a partner with these scopes, a sentence each. */
      notVisibleWith(scopes: readonly string[]): readonly string[]
    }
  | { readonly ok: false; readonly errors: readonly string[] }

/** Inspects the text of an operation. It needs a query planner, so the gateway provides it. */
export type Inspect = (text: string) => Inspected

/** The name of the only operation in a document. */
export function onlyName(text: string): { ok: true; name: string } | { ok: false; errors: readonly string[] } {
  try {
    const operations = parse(text, { noLocation: true, maxTokens: 100_000 }).definitions.filter(
      ({ kind }) => kind === Kind.OPERATION_DEFINITION,
    )
    const [first, second] = operations
    if (!first || second) return failed('A published document must have exactly one operation.')
    const name = 'name' in first ? first.name?.value : undefined
    return name === undefined ? failed('A published operation must have a name.') : { ok: true, name }
  } catch (err) {
    return failed(err instanceof GraphQLError ? err.message : 'The operation is nested too deeply.')
  }
}

const failed = (error: string) => ({ ok: false, errors: [error] }) as const
