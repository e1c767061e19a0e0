/**
 * Who may see what, as `@authenticated` and `@requiresScopes` in the supergraph declare. Apollo's gateway refuses supergraphs with
 * these directives, so it gets one without them, and Holdfast's gateway enforces them.
 */
import type { Viewer } from '@holdfast/service'
import {
  type ConstDirectiveNode,
  type ConstValueNode,
  type DirectiveNode,
  type DocumentNode,
  Kind,
  visit,
} from 'graphql'

/** A condition on the viewer. Equal conditions are the same object. */
export type Rule =
  | { readonly kind: 'signed in' }
  /** All scopes of at least one of the sets. */
  | { readonly kind: 'scopes'; readonly anyOf: readonly (readonly string[])[] }
  /** A `@policy`: it is decided by a program that this gateway does not have, so nobody satisfies it. */
  | { readonly kind: 'nobody' }

export interface Access {
  /** Whether the supergraph has no rules. */
  readonly isUnrestricted: boolean
  ofType(type: string): readonly Rule[]
  ofField(type: string, field: string): readonly Rule[]
}

export function isAllowed(rule: Rule, viewer: Viewer): boolean {
  if (rule.kind === 'nobody') return false
  if (rule.kind === 'signed in') return viewer.role !== 'anonymous'
  return rule.anyOf.some((scopes) => scopes.every((scope) => viewer.scopes.includes(scope)))
}

const features = ['authenticated', 'requiresScopes', 'policy'] as const
type Feature = (typeof features)[number]

export function readAccess(supergraph: DocumentNode): Access {
  const names = directiveNames(supergraph)
  const rules = new Map<string, Rule>()
  const byPlace = new Map<string, readonly Rule[]>()

  const read = (place: string, directives: readonly ConstDirectiveNode[] | undefined) => {
    const found = (directives ?? []).flatMap((directive): Rule[] => {
      const feature = names.get(directive.name.value)
      if (!feature) return []
      const rule = ruleOf(feature, directive)
      const key = JSON.stringify(rule)
      const same = rules.get(key) ?? rule
      rules.set(key, same)
      return [same]
    })
    if (found.length > 0) byPlace.set(place, [...(byPlace.get(place) ?? []), ...found])
  }

  for (const definition of supergraph.definitions) {
    if (!('name' in definition) || !definition.name || definition.kind === Kind.DIRECTIVE_DEFINITION) continue
    if ('directives' in definition) read(definition.name.value, definition.directives as readonly ConstDirectiveNode[])
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION)
      for (const field of definition.fields ?? [])
        read(`${definition.name.value}.${field.name.value}`, field.directives)
  }
  return {
    isUnrestricted: byPlace.size === 0,
    ofType: (type) => byPlace.get(type) ?? [],
    ofField: (type, field) => byPlace.get(`${type}.${field}`) ?? [],
  }
}

/** The supergraph without access rules. */
export function withoutAccess(supergraph: DocumentNode): DocumentNode {
  const names = directiveNames(supergraph)
  if (names.size === 0) return supergraph
  return visit(supergraph, {
    Directive: (node) => (names.has(node.name.value) || featureOf(node) ? null : undefined),
    DirectiveDefinition: ({ name }) => (names.has(name.value) ? null : undefined),
    ScalarTypeDefinition: ({ name }) =>
      /^(requiresScopes|policy)__|^federation__(Scope|Policy)$/.test(name.value) ? null : undefined,
  })
}

/** The names of the features' directives in this supergraph. */
function directiveNames(supergraph: DocumentNode): ReadonlyMap<string, Feature> {
  const names = new Map<string, Feature>()
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue
    for (const directive of definition.directives ?? []) {
      const feature = featureOf(directive)
      if (feature) names.set(textOf(directive, 'as') ?? feature, feature)
    }
  }
  return names
}

/** The feature that a `@link` is about. */
const featureOf = (directive: DirectiveNode): Feature | undefined =>
  directive.name.value === 'link'
    ? features.find((feature) => textOf(directive, 'url')?.startsWith(`https://specs.apollo.dev/${feature}/`))
    : undefined

function textOf(directive: DirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value
  return value?.kind === Kind.STRING ? value.value : undefined
}

function ruleOf(feature: Feature, directive: ConstDirectiveNode): Rule {
  if (feature === 'authenticated') return { kind: 'signed in' }
  if (feature === 'policy') return { kind: 'nobody' }
  const sets = listOf(directive.arguments?.find(({ name }) => name.value === 'scopes')?.value)
  return {
    kind: 'scopes',
    anyOf: sets.map((set) => listOf(set).flatMap((scope) => (scope.kind === Kind.STRING ? scope.value : []))),
  }
}

const listOf = (value: ConstValueNode | undefined): readonly ConstValueNode[] =>
  value?.kind === Kind.LIST ? value.values : []
