/** A refusal: `kind` is the name of its problem type in the schema, its other fields are the facts of that type. */
export interface Refusal {
  readonly kind: string
}

export type ProblemOf<R extends Refusal> = R extends { readonly kind: infer Kind }
  ? Omit<R, 'kind'> & { readonly __typename: Kind; readonly message: string }
  : never

/** A refusal as the schema shows it, with the sentence that people read. */
export const problem = <R extends Refusal>(refusal: R, message: string): ProblemOf<R> => {
  const { kind, ...facts } = refusal
  // The compiler does not know that the rest of a union of refusals is the union of their rests.
  return { __typename: kind, ...facts, message } as unknown as ProblemOf<R>
}
