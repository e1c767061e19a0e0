/** A decoded form: text, or lists and maps of it. Maps have no prototype, so no key can reach one. */
export type Form = string | FormList | FormMap
export type FormList = readonly Form[]
export interface FormMap {
  readonly [key: string]: Form
}

type Growing = { [key: string]: string | Growing }

const deepest = 8

/** Far above what any request needs; the time it takes to find the next place of a list grows with its length. */
const mostValues = 1_000

/** Reads `a[b]=1&c[]=2&d[0][e]=3`. Undefined when keys contradict each other (`a=1&a[b]=2`), nest too deep or are too many. */
export function decodeForm(encoded: string): FormMap | undefined {
  const root: Growing = Object.create(null)
  const values = new URLSearchParams(encoded)
  if (values.size > mostValues) return undefined
  for (const [name, value] of values) {
    if (!place(root, keysOf(name), value)) return undefined
  }
  return settle(root) as FormMap
}

/** `a[b][]` is a, b and the next free number. */
function keysOf(name: string): string[] {
  const open = name.indexOf('[')
  if (open <= 0 || !name.endsWith(']')) return [name]
  return [name.slice(0, open), ...name.slice(open + 1, -1).split('][')]
}

function place(root: Growing, keys: readonly string[], value: string): boolean {
  if (keys.length > deepest) return false
  let map = root
  for (const key of keys.slice(0, -1)) {
    const place = key === '' ? nextIndex(map) : key
    map[place] ??= Object.create(null) as Growing
    const next = map[place]
    if (typeof next !== 'object') return false
    map = next
  }
  const last = keys.at(-1) ?? ''
  const key = last === '' && keys.length > 1 ? nextIndex(map) : last
  if (typeof map[key] === 'object') return false
  map[key] = value
  return true
}

const nextIndex = (map: Growing): string => String(Object.keys(map).length)

/** Maps whose keys are 0, 1, 2 … are lists. */
function settle(grown: string | Growing): Form {
  if (typeof grown === 'string') return grown
  const entries = Object.entries(grown)
  if (entries.length > 0 && entries.every(([key], index) => key === String(index))) {
    return entries.map(([, value]) => settle(value))
  }
  const map: Record<string, Form> = Object.create(null)
  for (const [key, value] of entries) map[key] = settle(value)
  return map
}

/** One text for equal forms, whatever the order of their keys. */
export function canonical(form: Form): string {
  if (typeof form === 'string') return JSON.stringify(form)
  if (Array.isArray(form)) return `[${form.map(canonical).join(',')}]`
  const map = form as FormMap
  const members = Object.keys(map)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(map[key] ?? '')}`)
  return `{${members.join(',')}}`
}
