/**
 * What a planned operation takes in memory, in bytes, so that a bound on memory can be kept. Measured as heap after garbage
 * collection over 300 each of five operations of 23 to 867 characters (Node 24); the estimates are right within a third, rather too high than too low.
 */

/** A parsed document. */
export const documentWeight = (text: string): number => 25 * text.length

export interface OperationSize {
  /** Characters of the operation, printed with the fragments that it uses. */
  readonly text: number
  /** Characters of its plan as JSON. */
  readonly plan: number
  /** How many plans are kept of it at most: for who may see all, and for who may not. */
  readonly plans: number
  /** How many shapes of its answer are kept at most, one for each set of conditions. */
  readonly shapes: number
}

/** An operation with all that may come to be kept of it. */
export const operationWeight = ({ text, plan, plans, shapes }: OperationSize): number =>
  12_000 + 12 * plan * plans + 20 * text * shapes
