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
  /** Why fields stay without a value on an object. */
  readonly missing = new Map<JsonObject, ResponseError>()
  /** Entities that do not exist according to a subgraph. This is no error: they may just have been deleted. */
  readonly nonexistent = new WeakSet<JsonObject>()

  /** Fields that stay without a value on `object` do so because of `error`; the first error counts. */
  explainMissing(object: JsonObject, error: ResponseError): void {
    if (!this.missing.has(object)) this.missing.set(object, error)
  }

  get isEmpty(): boolean {
    return this.located.length === 0 && this.unplaced.length === 0 && this.missing.size === 0
  }
}
