/**
 * Makes the client's answer of what the subgraphs said: the fields of its selection in its order, null where the GraphQL
 * specification has null (§6.4.4), and an error with a path for each null that is there because something failed.
 */
import type { Viewer } from '@holdfast/service/identity'
import type { GraphQLFormattedError } from 'graphql'
import { isAllowed, type Rule } from '../supergraph/access.ts'
import { isObject, type JsonObject } from './json.ts'
import type { Field, Shape } from './shape.ts'
import type { ResponsePath } from './targets.ts'
import type { Fault, Located, Trouble } from './trouble.ts'

export interface Completed {
  readonly data: JsonObject | null
  readonly errors: readonly GraphQLFormattedError[]
}

const errorLimit = 100 // Errors of one answer; a client that shows more has no reader.

export function complete(shape: Shape, data: JsonObject, trouble: Trouble, viewer: Viewer): Completed {
  if (shape.kind !== 'object') throw new Error('an operation answers with an object')
  const completion = new Completion(trouble, viewer)
  if (!trouble.none) completion.place(shape, data)
  const completed = completion.object(shape, data)
  return { data: completed === explained ? null : (completed as JsonObject | null), errors: completion.errors() }
}

/** Null, and the client has been told why. */
const explained = Symbol('explained')
/**
 * An entity that a subgraph says does not exist (any more), asked for a field that cannot be null. Where the entity itself
 * may be null it is, which is all there is to say; where it may not, it is an error.
 */
const nonexistent = Symbol('nonexistent')

class Completion {
  readonly #trouble: Trouble
  readonly #viewer: Viewer
  readonly #errors: GraphQLFormattedError[] = []
  /** Every place at or below which an error has been told. */
  readonly #told = new Set<string>()
  readonly #path: (string | number)[] = []
  /** Faults of fields that the client did not ask for, with the object that has them. */
  readonly #beside: Located[] = []
  readonly #used = new Set<Fault>()

  constructor(trouble: Trouble, viewer: Viewer) {
    this.#trouble = trouble
    this.#viewer = viewer
  }

  errors(): readonly GraphQLFormattedError[] {
    for (const { fault, path } of this.#beside) if (!this.#used.has(fault)) this.#tell(fault, path)
    for (const fault of this.#trouble.unplaced) this.#tell(fault, undefined)
    return this.#errors
  }

  /**
   * Tells errors whose place the client sees. What happened to a field that it did not ask for explains what is missing
   * beside it; when nothing is, it is told of the object, for a null there may come of it.
   */
  place(shape: Shape, data: JsonObject): void {
    for (const located of this.#trouble.located) {
      const seen = visible(shape, data, located)
      if (seen.kind === 'place') this.#tell(located.fault, seen.path)
      else {
        this.#trouble.missOn(seen.object, located.fault)
        this.#beside.push({ fault: located.fault, path: seen.path })
      }
    }
  }

  object(shape: Shape & { kind: 'object' }, source: JsonObject): unknown {
    const fields = shape.selection.fields(source['__typename'])
    if (!fields) return null // A type that this client does not know of.
    const result: JsonObject = {}
    for (const field of fields) {
      this.#path.push(field.name)
      const value = this.#field(field, source)
      this.#path.pop()
      if (value === nonexistent) return nonexistent
      if (value === explained) {
        if (field.shape.nonNull) return explained
        result[field.name] = null
      } else result[field.name] = value
    }
    return result
  }

  #field({ source: name, coordinate, shape, rules }: Field, source: JsonObject): unknown {
    if (!this.#isAllowed(rules)) return this.#fail(denied(this.#viewer))
    let value = source[name]
    if (typeof value === 'function') value = undefined // Inherited from Object.prototype; JSON has none.
    if (shape.kind === 'leaf' && shape.type === 'String' && coordinate.endsWith('.__typename')) return shape.read(value)
    if (value === undefined) {
      const fault = this.#trouble.missingOn(source)
      if (fault) {
        this.#used.add(fault)
        return this.#toldHere() ? explained : this.#fail(fault)
      }
      if (shape.nonNull && this.#trouble.isNone(source)) return nonexistent
    }
    return this.#value(shape, value, coordinate)
  }

  #value(shape: Shape, value: unknown, coordinate: string): unknown {
    const completed = value === null || value === undefined ? null : this.#present(shape, value, coordinate)
    if (completed === nonexistent && !shape.nonNull) return null
    if ((completed !== null && completed !== nonexistent) || !shape.nonNull) return completed
    return this.#toldHere()
      ? explained
      : this.#fail({
          message: `Cannot return null for non-nullable field ${coordinate}.`,
          extensions: { code: 'INTERNAL_SERVER_ERROR' },
        })
  }

  #present(shape: Shape, value: unknown, coordinate: string): unknown {
    if (shape.kind === 'object') {
      if (!isObject(value)) return this.#fail(unexpected(shape, coordinate))
      if (!this.#isAllowed(shape.selection.rules(value['__typename']))) return this.#fail(denied(this.#viewer))
      return this.object(shape, value)
    }
    if (shape.kind === 'list')
      return Array.isArray(value)
        ? this.#items(shape.items, value, coordinate)
        : this.#fail(unexpected(shape, coordinate))
    const leaf = shape.read(value)
    return leaf === undefined ? this.#fail(unexpected(shape, coordinate)) : leaf
  }

  #items(shape: Shape, values: readonly unknown[], coordinate: string): unknown {
    const items: unknown[] = []
    for (const [index, value] of values.entries()) {
      this.#path.push(index)
      const item = this.#value(shape, value, coordinate)
      this.#path.pop()
      if (item === explained && shape.nonNull) return explained
      items.push(item === explained ? null : item)
    }
    return items
  }

  #fail(fault: Fault): typeof explained {
    this.#tell(fault, [...this.#path])
    return explained
  }

  #tell({ message, extensions }: Fault, path: ResponsePath | undefined): void {
    if (path) for (let end = 0; end <= path.length; end++) this.#told.add(JSON.stringify(path.slice(0, end)))
    if (this.#errors.length < errorLimit) this.#errors.push({ message, ...(path && { path }), extensions })
  }

  #isAllowed(rules: readonly Rule[]): boolean {
    return rules.every((rule) => isAllowed(rule, this.#viewer))
  }

  #toldHere(): boolean {
    return this.#told.size > 0 && this.#told.has(JSON.stringify(this.#path))
  }
}

const denied = ({ role }: Viewer): Fault =>
  role === 'anonymous'
    ? { message: 'Sign in first: send a bearer token.', extensions: { code: 'UNAUTHENTICATED' } }
    : { message: 'You are not allowed to see this.', extensions: { code: 'FORBIDDEN' } }

const unexpected = (shape: Shape, coordinate: string): Fault => ({
  message: `${coordinate} was answered with a value that is not of type ${shape.type}.`,
  extensions: { code: 'INTERNAL_SERVER_ERROR' },
})

type Visible =
  | { readonly kind: 'place'; readonly path: ResponsePath }
  | { readonly kind: 'beside'; readonly object: JsonObject; readonly path: ResponsePath }

/** Follows an error's path through the answer as far as the client's selection goes, and past a null by the types alone. */
function visible(root: Shape, data: JsonObject, { path }: Located): Visible {
  let shape: Shape = root
  let value: unknown = data
  const told: (string | number)[] = []
  for (const part of path) {
    const seen: Visible = { kind: 'place', path: told }
    if (shape.kind === 'leaf' || (shape.kind === 'list') !== (typeof part === 'number')) return seen
    if (shape.kind === 'list') {
      shape = shape.items
      value = Array.isArray(value) ? value[Number(part)] : undefined
      told.push(part)
    } else {
      const object: JsonObject | undefined = isObject(value) ? value : undefined
      const fields: readonly Field[] | undefined = shape.selection.fields(object?.['__typename'])
      const field = fields?.find(({ source }) => source === part)
      if (!field) return object ? { kind: 'beside', object, path: told } : seen
      shape = field.shape
      value = object?.[field.source]
      told.push(field.name)
    }
  }
  return { kind: 'place', path: told }
}
