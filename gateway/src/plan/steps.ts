import type { FetchDataRewrite } from '@apollo/query-planner'
import type { FieldPaths } from '../supergraph/requirements.ts'
import type { RequestText } from './request-text.ts'

/** What is left to do of a plan, compiled once per operation and run once per request or event. */
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

/** All entities that one wave of the plan needs of one subgraph, in one request. */
export interface EntitiesStep {
  readonly kind: 'entities'
  readonly subgraph: string
  readonly lookups: readonly Lookup[]
  /** The request for the given lookups, each with some of its dependent fields left out (see `Lookup.dependents`). */
  text(parts: readonly { readonly lookup: number; readonly without: number }[]): RequestText | undefined
}

/** Entities at one place of the answer, and the fields that this subgraph adds to them. */
export interface Lookup {
  readonly path: readonly PathElement[]
  readonly inputs: readonly Input[]
  readonly inputRewrites: readonly FetchDataRewrite[]
  /** Selected fields that `@requires` more than a key. One bit each, in this order, in the masks of what is left out. */
  readonly dependents: readonly FieldPaths[]
  readonly outputs: Outputs
}

/** What of an object goes into its representation. */
export type Input =
  | { readonly kind: 'types'; readonly condition: string | undefined; readonly inputs: readonly Input[] }
  | {
      readonly kind: 'field'
      /** Its name in the data. */
      readonly source: string
      /** Its name in the representation. */
      readonly name: string
      /** Dotted path of source names from the object, as requirements name it. */
      readonly path: string
      readonly inputs: readonly Input[] | undefined
    }

/** How what a subgraph answers is put under the names that the client chose. */
export interface Outputs {
  readonly rewrites: readonly FetchDataRewrite[]
  /** The planner's aliases and the names they stand for, as they occur in the paths of errors. */
  readonly renamed: ReadonlyMap<string, string>
}

/** A step down into the answer: a field, each item of a list, or only objects of these types. */
export type PathElement =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'items' }
  | { readonly kind: 'types'; readonly names: ReadonlySet<string> }
