import { invalidRequest, missingParam, unknownParam } from '../domain/errors.ts'
import { fitsMetadata, type Metadata } from '../domain/metadata.ts'
import { isCurrency } from '../domain/money.ts'
import { accept, type Outcome, refuse } from '../domain/outcome.ts'
import type { Form, FormMap } from './form.ts'

/** Reads one parameter; undefined in, undefined out, unless it is required. `name` is how errors call it. */
export type Reader<T> = (value: Form | undefined, name: string) => Outcome<T>

/** One reader for each parameter. */
export type Readers<P> = { readonly [K in keyof P]: Reader<P[K]> }

/** What the parameters of a request are after these readers read them. */
export type Read<R> = R extends Readers<infer P> ? P : never

const optional =
  <T>(read: (value: Form, name: string) => Outcome<T>): Reader<T | undefined> =>
  (value, name) =>
    value === undefined ? accept(undefined) : read(value, name)

export const required =
  <T>(read: Reader<T | undefined>): Reader<T> =>
  (value, name) => {
    const outcome = read(value, name)
    if (!outcome.ok) return outcome
    return outcome.value === undefined ? refuse(missingParam(name)) : accept(outcome.value)
  }

/** An empty string takes the value away. */
export const unsettable =
  <T>(read: Reader<T>): Reader<T | null> =>
  (value, name) =>
    value === '' ? accept(null) : read(value, name)

/** A list or a map has no text of its own, and asking a map for one throws. */
const said = (value: Form): string => (typeof value === 'string' ? value : JSON.stringify(value))

const textOf = (value: Form, name: string): Outcome<string> => {
  if (typeof value !== 'string') return refuse(invalidRequest(`Invalid string: ${said(value)}`, { param: name }))
  if (value === '') {
    return refuse(
      invalidRequest(
        `You passed an empty string for '${name}'. We assume empty values are an attempt to unset a parameter; however '${name}' cannot be unset. You should remove '${name}' from your request or supply a non-empty value.`,
        { code: 'parameter_invalid_empty', param: name },
      ),
    )
  }
  if (value.length > longestText) {
    return refuse(
      invalidRequest(`Invalid string: must be at most ${longestText} characters`, {
        code: 'parameter_invalid_string',
        param: name,
      }),
    )
  }
  return accept(value)
}

const longestText = 5_000

export const text = optional(textOf)

export const integer = optional(
  (value, name): Outcome<number> =>
    typeof value === 'string' && /^-?\d{1,15}$/.test(value)
      ? accept(Number(value))
      : refuse(
          invalidRequest(`Invalid integer: ${said(value)}`, {
            code: 'parameter_invalid_integer',
            param: name,
          }),
        ),
)

export const positive = optional((value, name): Outcome<number> => {
  const read = integer(value, name)
  if (!read.ok) return read
  return read.value !== undefined && read.value > 0
    ? accept(read.value)
    : refuse(invalidRequest('Invalid positive integer', { code: 'parameter_invalid_integer', param: name }))
})

export const flag = optional(
  (value, name): Outcome<boolean> =>
    value === 'true' || value === 'false'
      ? accept(value === 'true')
      : refuse(invalidRequest(`Invalid boolean: ${said(value)}`, { param: name })),
)

export const oneOf = <const T extends string>(...choices: readonly T[]): Reader<T | undefined> =>
  optional((value, name) => {
    const choice = choices.find((each) => each === value)
    return choice === undefined
      ? refuse(invalidRequest(`Invalid ${name}: must be one of ${choices.join(', ')}`, { param: name }))
      : accept(choice)
  })

export const listOf = <T>(read: Reader<T | undefined>): Reader<readonly T[] | undefined> =>
  optional((value, name) => {
    if (!Array.isArray(value)) return refuse(invalidRequest('Invalid array', { param: name }))
    const items: T[] = []
    for (const [index, each] of (value as readonly Form[]).entries()) {
      const item = required(read)(each, `${name}[${index}]`)
      if (!item.ok) return item
      items.push(item.value)
    }
    return accept(items)
  })

/** A nested map with these members and no others. */
export const mapOf = <P>(readers: Readers<P>): Reader<P | undefined> =>
  optional((value, name) =>
    isMap(value)
      ? readMembers(value, readers, (key) => `${name}[${key}]`)
      : refuse(invalidRequest('Invalid object', { param: name })),
  )

/** A parameter that is real at Stripe and accepted here, but changes nothing. */
export const ignored: Reader<undefined> = () => accept(undefined)

export const currency = optional((value, name): Outcome<string> => {
  const code = typeof value === 'string' ? value.toLowerCase() : ''
  return isCurrency(code) ? accept(code) : refuse(invalidRequest(`Invalid currency: ${said(value)}`, { param: name }))
})

/** Null when all of it is to be removed. */
export const metadata: Reader<Metadata | null | undefined> = (value, name) => {
  if (value === undefined) return accept(undefined)
  if (value === '') return accept(null)
  // Keys 0, 1, 2 … look like a list to the decoder.
  const entries = Object.entries(value as FormMap)
  if (typeof value === 'string' || entries.some(([, each]) => typeof each !== 'string')) {
    return refuse(invalidRequest('Invalid object', { param: name }))
  }
  return fitsMetadata(Object.fromEntries(entries) as Metadata)
}

export interface Range {
  readonly gt?: number | undefined
  readonly gte?: number | undefined
  readonly lt?: number | undefined
  readonly lte?: number | undefined
}

/** `created=1700000000` or `created[gte]=…&created[lt]=…`. */
export const range: Reader<Range | undefined> = (value, name) => {
  if (typeof value !== 'string') return mapOf({ gt: integer, gte: integer, lt: integer, lte: integer })(value, name)
  const exact = integer(value, name)
  return exact.ok ? accept({ gte: exact.value, lte: exact.value }) : exact
}

/** Reads all parameters of a request; a parameter that no reader knows is refused. */
export const readParams = <P>(form: FormMap, readers: Readers<P>): Outcome<P> =>
  readMembers(form, readers, (key) => key)

function readMembers<P>(form: FormMap, readers: Readers<P>, nameOf: (key: string) => string): Outcome<P> {
  const unknown = Object.keys(form).find((key) => !Object.hasOwn(readers, key))
  if (unknown !== undefined) return refuse(unknownParam(nameOf(unknown)))
  const read: Record<string, unknown> = {}
  for (const [key, reader] of Object.entries(readers as Record<string, Reader<unknown>>)) {
    const outcome = reader(form[key], nameOf(key))
    if (!outcome.ok) return outcome
    read[key] = outcome.value
  }
  return accept(read as P)
}

const isMap = (form: Form): form is FormMap => typeof form === 'object' && !Array.isArray(form)
