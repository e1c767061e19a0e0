import { type Metadata, validMetadata } from '../domain/metadata.ts'
import { isCurrency } from '../domain/money.ts'
import { accept, andThen, type Outcome, type Refused, refuseInvalid } from '../domain/outcome.ts'
import { type Form, type FormMap, isMap } from './form.ts'

/** Reads one parameter; undefined in, undefined out, unless it is required. `name` is how errors call it. */
export type Param<T> = (value: Form | undefined, name: string) => Outcome<T>

/** The parameters of a request. */
export type Params<P> = { readonly [K in keyof P]: Param<P[K]> }

/** The values of these parameters. */
export type Values<R> = R extends Params<infer P> ? P : never

const refuseParam = (message: string, param: string, code?: string): Refused =>
  refuseInvalid(message, { param, ...(code && { code }) })

const optional =
  <T>(read: (value: Form, name: string) => Outcome<T>): Param<T | undefined> =>
  (value, name) =>
    value === undefined ? accept(undefined) : read(value, name)

export const required =
  <T>(param: Param<T | undefined>): Param<T> =>
  (value, name) =>
    andThen(param(value, name), (given) =>
      given === undefined ? refuseParam(`Missing required param: ${name}.`, name, 'parameter_missing') : accept(given),
    )

/** An empty string removes the value. */
export const unsettable =
  <T>(param: Param<T>): Param<T | null> =>
  (value, name) =>
    value === '' ? accept(null) : param(value, name)

/** For error messages: a list or a map has no text of its own, and asking a map for one throws. */
const quoted = (value: Form): string => (typeof value === 'string' ? value : JSON.stringify(value))

const longestText = 5_000

export const text = optional((value, name): Outcome<string> => {
  if (typeof value !== 'string') return refuseParam(`Invalid string: ${quoted(value)}`, name)
  if (value === '') {
    return refuseParam(
      `You passed an empty string for '${name}'. We assume empty values are an attempt to unset a parameter; however '${name}' cannot be unset. You should remove '${name}' from your request or supply a non-empty value.`,
      name,
      'parameter_invalid_empty',
    )
  }
  return value.length <= longestText
    ? accept(value)
    : refuseParam(`Invalid string: must be at most ${longestText} characters`, name, 'parameter_invalid_string')
})

/** Text that is a URL of which `usable` is true. */
export const url = (usable: (url: string) => boolean, refusal: string): Param<string | undefined> => {
  return (value, name) => {
    const read = text(value, name)
    if (!read.ok || read.value === undefined || (URL.canParse(read.value) && usable(read.value))) return read
    return refuseParam(refusal, name, 'url_invalid')
  }
}

export const integer = optional(
  (value, name): Outcome<number> =>
    typeof value === 'string' && /^-?\d{1,15}$/.test(value)
      ? accept(Number(value))
      : refuseParam(`Invalid integer: ${quoted(value)}`, name, 'parameter_invalid_integer'),
)

export const positive: Param<number | undefined> = (value, name) => {
  const read = integer(value, name)
  if (!read.ok || read.value === undefined || read.value > 0) return read
  return refuseParam('Invalid positive integer', name, 'parameter_invalid_integer')
}

export const flag = optional(
  (value, name): Outcome<boolean> =>
    value === 'true' || value === 'false'
      ? accept(value === 'true')
      : refuseParam(`Invalid boolean: ${quoted(value)}`, name),
)

export const oneOf = <const T extends string>(...choices: readonly T[]): Param<T | undefined> =>
  optional((value, name) => {
    const choice = choices.find((each) => each === value)
    return choice === undefined
      ? refuseParam(`Invalid ${name}: must be one of ${choices.join(', ')}`, name)
      : accept(choice)
  })

export const listOf = <T>(param: Param<T | undefined>): Param<readonly T[] | undefined> =>
  optional((value, name) => {
    if (!Array.isArray(value)) return refuseParam('Invalid array', name)
    const items: T[] = []
    for (const [index, each] of (value as readonly Form[]).entries()) {
      const item = required(param)(each, `${name}[${index}]`)
      if (!item.ok) return item
      items.push(item.value)
    }
    return accept(items)
  })

/** A map with these members and no others. */
export const mapOf = <P>(params: Params<P>): Param<P | undefined> =>
  optional((value, name) =>
    isMap(value) ? readMembers(value, params, (key) => `${name}[${key}]`) : refuseParam('Invalid object', name),
  )

/** A parameter that is real at Stripe and accepted here, but changes nothing. */
export const ignored: Param<undefined> = () => accept(undefined)

export const currency = optional((value, name): Outcome<string> => {
  const code = typeof value === 'string' ? value.toLowerCase() : ''
  return isCurrency(code) ? accept(code) : refuseParam(`Invalid currency: ${quoted(value)}`, name)
})

/** Null when all of it is to be removed. */
export const metadata = unsettable(
  optional((value, name): Outcome<Metadata> => {
    // Keys 0, 1, 2 … look like a list to the decoder.
    const entries = Object.entries(value)
    return typeof value === 'string' || entries.some(([, each]) => typeof each !== 'string')
      ? refuseParam('Invalid object', name)
      : validMetadata(Object.fromEntries(entries) as Metadata)
  }),
)

const bounds = { gt: integer, gte: integer, lt: integer, lte: integer }
export type Range = Partial<Values<typeof bounds>>

/** `created=1700000000` or `created[gte]=…&created[lt]=…`. */
export const range: Param<Range | undefined> = (value, name) => {
  if (typeof value !== 'string') return mapOf(bounds)(value, name)
  return andThen(integer(value, name), (exact) => accept({ gte: exact, lte: exact }))
}

/** Reads all parameters of a request; one that is not among `params` is refused. */
export const readParams = <P>(form: FormMap, params: Params<P>): Outcome<P> => readMembers(form, params, (key) => key)

function readMembers<P>(form: FormMap, params: Params<P>, nameOf: (key: string) => string): Outcome<P> {
  const unknown = Object.keys(form).find((key) => !Object.hasOwn(params, key))
  if (unknown !== undefined) {
    return refuseParam(`Received unknown parameter: ${nameOf(unknown)}`, nameOf(unknown), 'parameter_unknown')
  }
  const values: Record<string, unknown> = {}
  for (const [key, param] of Object.entries(params as Record<string, Param<unknown>>)) {
    const outcome = param(form[key], nameOf(key))
    if (!outcome.ok) return outcome
    values[key] = outcome.value
  }
  return accept(values as P)
}
