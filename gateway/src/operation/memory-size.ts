/**
 * Estimates the memory that a planned operation takes, so that the cache can be limited in bytes. Measured as heap after garbage
 * collection with 300 each of five operations of 23 to 867 characters (Node 24). The estimates are right within a third, rather too
 * high than too low.
 */

/** A parsed document. */
export const documentBytes = (text: string): number => 25 * text.length

export interface OperationSize {
  /** Characters of the operation, printed with the fragments that it uses. */
  readonly text: number
  /** Characters of its plan as JSON. */
  readonly plan: number
  /** Plans that are cached for it at most: one for viewers who may see all of it, and others. */
  readonly plans: number
  /** Response shapes that are cached for it at most, one for each set of conditions. */
  readonly shapes: number
}

/** An operation with everything that may be cached for it. */
export const operationBytes = ({ text, plan, plans, shapes }: OperationSize): number =>
  12_000 + 12 * plan * plans + 20 * text * shapes
