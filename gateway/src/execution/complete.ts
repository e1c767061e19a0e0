/**
 * Builds the response from what the subgraphs returned: the fields that the client selected in its order, null where the GraphQL
 * specification requires null (§6.4.4), and an error with a path for each null that is there because something failed.
 */
import type { Viewer } from '@holdfast/service/identity'
import type { GraphQLFormattedError } from 'graphql'
import type { ResponseError } from '../core/errors.ts'
import { isObject, type JsonObject } from '../core/json.ts'
import { access, subgraphs } from '../core/messages.ts'
import type { ResponsePath, SerializedResponse } from '../core/response.ts'
import type { Field, Shape } from '../operation/shape.ts'
import { isAllowed, type Rule } from '../supergraph/access.ts'
import type { ExecutionErrors, LocatedError } from './execution-errors.ts'

const errorLimit = 100 // in one response; nobody reads more

export function complete(
  shape: Shape,
  source: JsonObject,
  executionErrors: ExecutionErrors,
  viewer: Viewer,
): SerializedResponse {
  if (shape.kind !== 'object') throw new Error('an operation answers with an object')
  const completion = new Completion(executionErrors, viewer)
  if (!executionErrors.isEmpty) completion.place(shape, source)
  const completed = completion.object(shape, source)
  const data = completed === explained ? null : completed
  const errors = completion.errors()
  return { text: JSON.stringify(errors.length > 0 ? { errors, data } : { data }), errors }
}

/** Null, and an error says why. */
const explained = Symbol('explained')
/**
 * An entity that does not exist (any more) according to a subgraph, selected with a field that cannot be null. Where the entity itself
 * may be null it becomes null without an error; where it may not, there is an error.
 */
const nonexistent = Symbol('nonexistent')

class Completion {
  readonly #executionErrors: ExecutionErrors
  readonly #viewer: Viewer
  readonly #errors: GraphQLFormattedError[] = []
  /** Every place at or below which there is an error. */
  readonly #reported = new Set<string>()
  readonly #path: (string | number)[] = []
  /** Errors of fields that the client did not select, with the path of the object that has them. */
  readonly #unselected: LocatedError[] = []
  readonly #used = new Set<ResponseError>()

  constructor(executionErrors: ExecutionErrors, viewer: Viewer) {
    this.#executionErrors = executionErrors
    this.#viewer = viewer
  }

  errors(): readonly GraphQLFormattedError[] {
    for (const { error, path } of this.#unselected) if (!this.#used.has(error)) this.#report(error, path)
    for (const error of this.#executionErrors.unplaced) this.#report(error, undefined)
    return this.#errors
  }

  /**
   * Reports errors at places that the client selected. The error of a field that it did not select explains what is missing beside
   * that field; when nothing is missing there, it is reported for the object, because a null there may be its consequence.
   */
  place(shape: Shape, data: JsonObject): void {
    for (const located of this.#executionErrors.located) {
      const { path, object } = placeInSelection(shape, data, located)
      if (object) {
        this.#executionErrors.explainMissing(object, located.error)
        this.#unselected.push({ error: located.error, path })
      } else this.#report(located.error, path)
    }
  }

  object(shape: Shape & { kind: 'object' }, source: JsonObject): unknown {
    const fields = shape.selection.fields(source['__typename'])
    if (!fields) return null // A type that the client's schema does not have.
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
    if (!this.#isAllowed(rules)) return this.#fail(this.#denied())
    let value = source[name]
    if (typeof value === 'function') value = undefined // Inherited from Object.prototype; JSON has none.
    if (shape.kind === 'leaf' && shape.type === 'String' && coordinate.endsWith('.__typename')) return shape.read(value)
    if (value === undefined) {
      const error = this.#executionErrors.missing.get(source)
      if (error) {
        this.#used.add(error)
        return this.#isReportedHere() ? explained : this.#fail(error)
      }
      if (shape.nonNull && this.#executionErrors.nonexistent.has(source)) return nonexistent
    }
    return this.#value(shape, value, coordinate)
  }

  #value(shape: Shape, value: unknown, coordinate: string): unknown {
    const completed = value === null || value === undefined ? null : this.#present(shape, value, coordinate)
    if (completed === nonexistent && !shape.nonNull) return null
    if ((completed !== null && completed !== nonexistent) || !shape.nonNull) return completed
    return this.#isReportedHere() ? explained : this.#fail(subgraphs.nullForNonNull(coordinate))
  }

  #present(shape: Shape, value: unknown, coordinate: string): unknown {
    if (shape.kind === 'object') {
      if (!isObject(value)) return this.#fail(subgraphs.wrongType(coordinate, shape.type))
      if (!this.#isAllowed(shape.selection.rules(value['__typename']))) return this.#fail(this.#denied())
      return this.object(shape, value)
    }
    if (shape.kind === 'list')
      return Array.isArray(value)
        ? this.#items(shape.items, value, coordinate)
        : this.#fail(subgraphs.wrongType(coordinate, shape.type))
    const leaf = shape.read(value)
    return leaf === undefined ? this.#fail(subgraphs.wrongType(coordinate, shape.type)) : leaf
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

  #fail(error: ResponseError): typeof explained {
    this.#report(error, [...this.#path])
    return explained
  }

  #report({ message, extensions }: ResponseError, path: ResponsePath | undefined): void {
    if (path) for (let end = 0; end <= path.length; end++) this.#reported.add(JSON.stringify(path.slice(0, end)))
    if (this.#errors.length < errorLimit) this.#errors.push({ message, ...(path && { path }), extensions })
  }

  #denied(): ResponseError {
    return this.#viewer.role === 'anonymous' ? access.signIn : access.forbidden
  }

  #isAllowed(rules: readonly Rule[]): boolean {
    return rules.every((rule) => isAllowed(rule, this.#viewer))
  }

  #isReportedHere(): boolean {
    return this.#reported.size > 0 && this.#reported.has(JSON.stringify(this.#path))
  }
}

/**
 * Follows an error's path through the data as far as the client selected it, and behind a null by the types alone. Returns that part of
 * the path, and the object there when the client did not select the field of it that comes next.
 */
function placeInSelection(
  root: Shape,
  data: JsonObject,
  { path }: LocatedError,
): { readonly path: ResponsePath; readonly object?: JsonObject | undefined } {
  let shape: Shape = root
  let value: unknown = data
  const selected: (string | number)[] = []
  const seen = { path: selected }
  for (const part of path) {
    if (shape.kind === 'leaf' || (shape.kind === 'list') !== (typeof part === 'number')) return seen
    if (shape.kind === 'list') {
      shape = shape.items
      value = Array.isArray(value) ? value[Number(part)] : undefined
      selected.push(part)
    } else {
      const object: JsonObject | undefined = isObject(value) ? value : undefined
      const fields: readonly Field[] | undefined = shape.selection.fields(object?.['__typename'])
      const field = fields?.find(({ source }) => source === part)
      if (!field) return { path: selected, object }
      shape = field.shape
      value = object?.[field.source]
      selected.push(field.name)
    }
  }
  return seen
}
