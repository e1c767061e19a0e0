import type { ResponseError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import type { ResponsePath } from '../core/response.ts'

/** An error at a place of the response. */
export interface LocatedError {
  readonly error: ResponseError
  readonly path: ResponsePath
}

/**
 * Errors of an execution until they go into the response: errors at a place, errors that explain whatever is missing on an object (a
 * subgraph that cannot be reached reports no place), and errors without a place of a subgraph that answered nevertheless.
 */
export class ExecutionErrors {
  readonly located: LocatedError[] = []
  readonly unplaced: ResponseError[] = []
  readonly #missing = new Map<JsonObject, ResponseError>()
  readonly #nonexistent = new WeakSet<JsonObject>()

  /** Fields that stay without a value on `object` do so because of `error`; the first error counts. */
  explainMissing(object: JsonObject, error: ResponseError): void {
    if (!this.#missing.has(object)) this.#missing.set(object, error)
  }

  whyMissing(object: JsonObject): ResponseError | undefined {
    return this.#missing.get(object)
  }

  /** A subgraph answered that the entity `object` does not exist. This is no error: it may just have been deleted. */
  markNonexistent(object: JsonObject): void {
    this.#nonexistent.add(object)
  }

  isNonexistent(object: JsonObject): boolean {
    return this.#nonexistent.has(object)
  }

  get isEmpty(): boolean {
    return this.located.length === 0 && this.unplaced.length === 0 && this.#missing.size === 0
  }
}
