/**
 * Who may see what, as `@authenticated` and `@requiresScopes` in the supergraph declare. Apollo's gateway refuses supergraphs with
 * these directives, so it gets one without them, and Holdfast's gateway enforces them.
 */
import type { Viewer } from '@holdfast/service/identity'
import { type ConstDirectiveNode, type DocumentNode, visit } from 'graphql'
import { z } from 'zod'
import { argumentsOf, declarations, isLinkTo, linkedName } from './directives.ts'

/** A condition on the viewer. Equal conditions are the same object. */
export type Rule =
  | { readonly kind: 'signed in' }
  /** All scopes of at least one of the sets. */
  | { readonly kind: 'scopes'; readonly anyOf: readonly (readonly string[])[] }
  /** A `@policy`: it is decided by a program that this gateway does not have, so nobody satisfies it. */
  | { readonly kind: 'nobody' }

export type Access = ReturnType<typeof readAccess>

export function isAllowed(rule: Rule, viewer: Viewer): boolean {
  if (rule.kind === 'nobody') return false
  if (rule.kind === 'signed in') return viewer.role !== 'anonymous'
  return rule.anyOf.some((scopes) => scopes.every((scope) => viewer.scopes.includes(scope)))
}

const features = ['authenticated', 'requiresScopes', 'policy'] as const
type Feature = (typeof features)[number]

export function readAccess(supergraph: DocumentNode) {
  const names = directiveNames(supergraph)
  const rules = new Map<string, Rule>()
  const byPlace = new Map<string, readonly Rule[]>()

  for (const { coordinate, directives = [] } of declarations(supergraph))
    for (const directive of directives) {
      const feature = names.get(directive.name.value)
      if (!feature) continue
      const rule = ruleOf(feature, directive)
      const key = JSON.stringify(rule)
      const same = rules.get(key) ?? rule
      rules.set(key, same)
      byPlace.set(coordinate, [...(byPlace.get(coordinate) ?? []), same])
    }
  return {
    /** Whether the supergraph has no rules. */
    isUnrestricted: byPlace.size === 0,
    ofType: (type: string) => byPlace.get(type) ?? [],
    ofField: (type: string, field: string) => byPlace.get(`${type}.${field}`) ?? [],
  }
}

/** The supergraph without access rules. */
export function withoutAccess(supergraph: DocumentNode): DocumentNode {
  const names = directiveNames(supergraph)
  if (names.size === 0) return supergraph
  return visit(supergraph, {
    Directive: (node) =>
      names.has(node.name.value) || features.some((feature) => isLinkTo(node, specOf(feature))) ? null : undefined,
    DirectiveDefinition: ({ name }) => (names.has(name.value) ? null : undefined),
    ScalarTypeDefinition: ({ name }) =>
      /^(requiresScopes|policy)__|^federation__(Scope|Policy)$/.test(name.value) ? null : undefined,
  })
}

/** The names of the features' directives in this supergraph. */
const directiveNames = (supergraph: DocumentNode): ReadonlyMap<string, Feature> =>
  new Map(
    features.flatMap((feature) => {
      const name = linkedName(supergraph, specOf(feature), feature)
      return name === undefined ? [] : [[name, feature] as const]
    }),
  )

const specOf = (feature: Feature): string => `https://specs.apollo.dev/${feature}/`

/** A supergraph with other arguments is not served: nobody else validates them. */
const Scopes = z.array(z.array(z.string()))

function ruleOf(feature: Feature, directive: ConstDirectiveNode): Rule {
  if (feature === 'authenticated') return { kind: 'signed in' }
  if (feature === 'policy') return { kind: 'nobody' }
  return { kind: 'scopes', anyOf: Scopes.parse(argumentsOf(directive)['scopes']) }
}
