import qs from 'qs'

/** A decoded form: text, or lists and maps of it. Maps have no prototype, so no key can reach one. */
export type Form = string | FormList | FormMap
export type FormList = readonly Form[]
export interface FormMap {
  readonly [key: string]: Form
}

/** Far above what any request needs. */
const mostValues = 1_000

/** Reads `a[b]=1&c[]=2&d[0][e]=3`. Undefined when keys contradict each other (`a=1&a[b]=2`), nest too deep or are too many. */
export function decodeForm(encoded: string): FormMap | undefined {
  if (encoded.split('&', mostValues + 1).length > mostValues) return undefined
  try {
    const form = qs.parse(encoded, {
      // A list with gaps is metadata that has numbers for keys.
      allowSparse: true,
      arrayLimit: mostValues,
      depth: 7,
      duplicates: 'last',
      plainObjects: true,
      strictDepth: true,
    }) as FormMap
    return contradicts(form) ? undefined : form
  } catch {
    return undefined
  }
}

/** qs makes a list of text and maps when one key is used for both. */
function contradicts(form: Form): boolean {
  if (typeof form === 'string') return false
  const members = Object.values(form)
  return (Array.isArray(form) && new Set(members.map((each) => typeof each)).size > 1) || members.some(contradicts)
}

export const isMap = (form: Form): form is FormMap => typeof form === 'object' && !Array.isArray(form)

/** One text for equal forms, whatever the order of their keys. */
export const canonical = (form: FormMap): string =>
  qs.stringify(form, { sort: (one: string, other: string) => (one < other ? -1 : 1) })
