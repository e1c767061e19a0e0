/** What went wrong while a plan ran, until it is told to the client at the right place. */
import type { JsonObject } from './json.ts'
import type { ResponsePath } from './targets.ts'

/** An error as clients see it, without its place. */
export interface Fault {
  readonly message: string
  readonly extensions: Readonly<Record<string, unknown>>
}

/** A fault at a place of the answer. */
export interface Located {
  readonly fault: Fault
  readonly path: ResponsePath
}

/**
 * Three sorts: faults at a place of the answer, faults that explain whatever is missing on an object (a subgraph that was
 * away has no place of its own), and faults of a subgraph that answered all the same.
 */
export class Trouble {
  readonly located: Located[] = []
  readonly unplaced: Fault[] = []
  readonly #missing = new Map<JsonObject, Fault>()
  readonly #unknown = new WeakSet<JsonObject>()

  /** Fields that stay unanswered on `object` are unanswered because of `fault`; the first one counts. */
  missOn(object: JsonObject, fault: Fault): void {
    if (!this.#missing.has(object)) this.#missing.set(object, fault)
  }

  missingOn(object: JsonObject): Fault | undefined {
    return this.#missing.get(object)
  }

  /** A subgraph that was asked for fields of `object` answered that there is none: no fault, it may just have ended. */
  noneOf(object: JsonObject): void {
    this.#unknown.add(object)
  }

  isNone(object: JsonObject): boolean {
    return this.#unknown.has(object)
  }

  get none(): boolean {
    return this.located.length === 0 && this.unplaced.length === 0 && this.#missing.size === 0
  }
}
