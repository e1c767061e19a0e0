import type { PathElement } from './steps.ts'

/** A planner's path: field names, `@` for the items of a list, either followed by `|[A,B]` when only some types count. */
export const compilePath = (path: readonly (string | number)[]): PathElement[] =>
  path.flatMap((element): PathElement[] => {
    const [place = '', types] = String(element).split('|')
    const step: PathElement[] = place === '' ? [] : [place === '@' ? { kind: 'items' } : { kind: 'field', name: place }]
    return types ? [...step, { kind: 'types', names: new Set(types.slice(1, -1).split(',')) }] : step
  })
