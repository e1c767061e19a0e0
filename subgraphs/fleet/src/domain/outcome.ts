/** A decision: what is so from now on, or why not. */
export type Outcome<T, R> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: R }

export const accept = <T>(value: T): Outcome<T, never> => ({ ok: true, value })
export const refuse = <R>(refusal: R): Outcome<never, R> => ({ ok: false, refusal })
