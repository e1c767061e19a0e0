/** A step down into the response: a field, each item of a list, or only objects of these types. */
export type PathElement =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'items' }
  | { readonly kind: 'types'; readonly names: ReadonlySet<string> }

/** Parses a planner's path: field names, `@` for the items of a list, either followed by `|[A,B]` when only some types count. */
export const parsePlanPath = (path: readonly (string | number)[]): PathElement[] =>
  path.flatMap((element): PathElement[] => {
    const [place = '', types] = String(element).split('|')
    const step: PathElement[] = place === '' ? [] : [place === '@' ? { kind: 'items' } : { kind: 'field', name: place }]
    return types ? [...step, { kind: 'types', names: new Set(types.slice(1, -1).split(',')) }] : step
  })
