/** Whose uses are counted together: a person's (an address's where nobody signed in), an address's, a registered program's, or all. */
export const per = ['identity', 'address', 'client', 'everybody'] as const
/** What happens while Redis is away: this process counts alone, nobody is refused, or everybody is. */
export const away = ['local', 'allow', 'refuse'] as const

/**
 * `count` uses, all at once if somebody likes; they come back one by one, all of them within `seconds`. So it is `count` in
 * `seconds` for who goes on asking, and up to twice that in the first `seconds` after a rest.
 */
export interface RateRule {
  /** What is counted. Rules of one name share their counts, so they must agree in everything. */
  readonly name: string
  readonly count: number
  readonly seconds: number
  readonly per: (typeof per)[number]
  readonly away: (typeof away)[number]
}
