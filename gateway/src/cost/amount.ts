/** Amounts that are computed once per operation as far as possible, and for each request as far as they depend on its variables. */

export type Variables = Readonly<Record<string, unknown>>
/** A number, or a function of the variables. */
export type Amount = number | ((variables: Variables) => number)

export const amountOf = (amount: Amount, variables: Variables): number =>
  typeof amount === 'number' ? amount : amount(variables)

export const sum = (amounts: readonly Amount[]): Amount => fold(amounts, 0, (a, b) => a + b)
export const product = (amounts: readonly Amount[]): Amount =>
  amounts.includes(0) ? 0 : fold(amounts, 1, (a, b) => a * b)
export const most = (amounts: readonly Amount[]): Amount => fold(amounts, 0, Math.max)

function fold(amounts: readonly Amount[], neutral: number, join: (a: number, b: number) => number): Amount {
  const fixed = amounts.filter((amount) => typeof amount === 'number').reduce((a, b) => join(a, b), neutral)
  const variable = amounts.filter((amount) => typeof amount === 'function')
  if (variable.length === 0) return fixed
  return (variables) => variable.reduce((joined, amount) => join(joined, amount(variables)), fixed)
}
