import type { FetchDataRewrite, FetchNode, FlattenNode } from '@apollo/query-planner'
import type { PathElement } from '../core/plan-path.ts'
import type { FieldPaths } from '../supergraph/requirements.ts'
import type { RequestText } from './request-text.ts'

/** A plan, compiled once per operation and run once per request or event. */
export type Step =
  | { readonly kind: 'sequence' | 'parallel'; readonly steps: readonly Step[] }
  | { readonly kind: 'condition'; readonly variable: string; readonly yes?: Step; readonly no?: Step }
  | RootStep
  | EntitiesStep

/** One operation on root fields of one subgraph. */
export interface RootStep {
  readonly kind: 'root'
  readonly subgraph: string
  readonly operation: 'query' | 'mutation' | 'subscription'
  readonly text: RequestText
  readonly outputs: Outputs
}

/** All entities that a plan looks up in one subgraph at the same time, in one request. */
export interface EntitiesStep {
  readonly kind: 'entities'
  readonly subgraph: string
  readonly lookups: readonly Lookup[]
  /** The request for the given lookups, each with some of its dependent fields left out (see `Lookup.dependents`). */
  text(parts: readonly { readonly lookup: number; readonly without: number }[]): RequestText | undefined
}

/** What the planner calls a lookup of entities. */
export type LookupNode = FlattenNode & { readonly node: FetchNode }

/** Entities at one place of the response, and the fields that this subgraph adds to them. */
export interface Lookup {
  readonly path: readonly PathElement[]
  readonly inputs: readonly Input[]
  readonly inputRewrites: readonly FetchDataRewrite[]
  /** What each selected field that `@requires` more than a key requires. In masks of left-out fields each has one bit, in this order. */
  readonly dependents: readonly FieldPaths[]
  readonly outputs: Outputs
}

/** What goes from an object into its representation. */
export type Input =
  | { readonly kind: 'types'; readonly condition: string | undefined; readonly inputs: readonly Input[] }
  | {
      readonly kind: 'field'
      /** Its name in the data. */
      readonly source: string
      /** Its name in the representation. */
      readonly name: string
      /** Dotted path of source names from the object, as in requirements. */
      readonly path: string
      readonly inputs: readonly Input[] | undefined
    }

/** How the names in a subgraph's result become the names that the client chose. */
export interface Outputs {
  readonly rewrites: readonly FetchDataRewrite[]
  /** The planner's aliases and their names, as they occur in the paths of errors. */
  readonly renamed: ReadonlyMap<string, string>
}

export function compileOutputs({ outputRewrites: rewrites = [] }: FetchNode): Outputs {
  const renamed = new Map<string, string>()
  for (const rewrite of rewrites) {
    const from = rewrite.path.at(-1)
    if (rewrite.kind === 'KeyRenamer' && from !== undefined) renamed.set(from, rewrite.renameKeyTo)
  }
  return { rewrites, renamed }
}
